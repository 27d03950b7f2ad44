/**
 * Takes the types out of a module by writing blanks over them, so that lines and columns stay. Parsing is all it needs,
 * a quarter of what the compiler takes for the same.
 */
import { ts } from 'ts-morph';

const { SyntaxKind } = ts;

/** @typedef {import('ts-morph').ts.Node} Node */

/**
 * `statement`: it ends what stands before it; `inline`: no line may end in it.
 *
 * @typedef {{ from: number, to: number, statement?: boolean, inline?: boolean }} Range
 */

/**
 * Ranges of the text that are types and nothing else; undefined where the module holds what cannot be blanked out: an
 * enum, a namespace, a parameter property, a decorator.
 *
 * @param {import('ts-morph').ts.SourceFile} source parsed with parents
 * @returns {readonly Range[] | undefined}
 */
export function typesIn(source) {
  /** @type {Range[]} */
  const ranges = [];
  let erasable = true;

  /** @param {Node | undefined} node */
  const blank = (node) => {
    if (node !== undefined) ranges.push({ from: node.getStart(source), to: node.end });
  };

  /** A type and the colon before it. @param {Node | undefined} type */
  const annotation = (type) => {
    if (type !== undefined)
      ranges.push({ from: type.pos - 1, to: type.end, inline: ts.isArrowFunction(type.parent) });
  };

  /** Types in angle brackets. @param {import('ts-morph').ts.NodeArray<Node> | undefined} types */
  const bracketed = (types) => {
    if (types !== undefined)
      ranges.push({ from: types.pos - 1, to: source.text.indexOf('>', types.end) + 1 });
  };

  /** A whole statement or member; a semicolon keeps what stands around it apart. @param {Node} node */
  const whole = (node) => {
    ranges.push({ from: node.getStart(source), to: node.end, statement: true });
  };

  /** One of a list, and the comma behind it. @param {Node} node */
  const listed = (node) => {
    const [comma = ''] = /^\s*,/.exec(source.text.slice(node.end)) ?? [];
    ranges.push({ from: node.getStart(source), to: node.end + comma.length });
  };

  /** @param {Node} node */
  const modifiers = (node) => {
    if (!ts.canHaveModifiers(node)) return;
    for (const modifier of ts.getModifiers(node) ?? []) {
      if (ERASED.has(modifier.kind)) blank(modifier);
    }
  };

  /** @param {Node} node */
  const visit = (node) => {
    if (!erasable || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      whole(node);
    } else if (KEPT_FROM_US.has(node.kind) || (ts.isExportAssignment(node) && node.isExportEquals === true)) {
      erasable = false;
    } else if (ts.isParameter(node) && (node.modifiers?.length ?? 0) > 0) {
      erasable = false;
    } else if (isDeclared(node) || isBodiless(node) || ts.isIndexSignatureDeclaration(node)) {
      whole(node);
    } else if (ts.isImportDeclaration(node) && node.importClause?.isTypeOnly === true) {
      whole(node);
    } else if (ts.isExportDeclaration(node) && node.isTypeOnly) {
      whole(node);
    } else if ((ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) && node.isTypeOnly) {
      listed(node);
    } else if (ts.isHeritageClause(node) && node.token === SyntaxKind.ImplementsKeyword) {
      blank(node);
    } else if (ts.isParameter(node) && node.name.getText(source) === 'this') {
      listed(node);
    } else {
      inside(node);
    }
  };

  /** @param {Node} node */
  const inside = (node) => {
    if (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) {
      if ('questionToken' in node) blank(node.questionToken);
      if ('exclamationToken' in node) blank(node.exclamationToken);
      annotation(node.type);
      modifiers(node);
      ts.forEachChild(node, (child) => (child === node.type ? undefined : visit(child)));
      return;
    }
    if (ts.isFunctionLike(node)) {
      if ('questionToken' in node) blank(/** @type {Node | undefined} */ (node.questionToken));
      bracketed(node.typeParameters);
      annotation(node.type);
      modifiers(node);
      ts.forEachChild(node, (child) =>
        child === node.type || ts.isTypeParameterDeclaration(child) ? undefined : visit(child),
      );
      return;
    }
    if (ts.isClassLike(node)) {
      bracketed(node.typeParameters);
      modifiers(node);
      ts.forEachChild(node, (child) => (ts.isTypeParameterDeclaration(child) ? undefined : visit(child)));
      return;
    }
    if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)) {
      ranges.push({ from: node.expression.end, to: node.end });
      visit(node.expression);
      return;
    }
    if ('typeArguments' in node && !ts.isTypeNode(node)) {
      const types = /** @type {import('ts-morph').ts.NodeArray<Node> | undefined} */ (node.typeArguments);
      bracketed(types);
      ts.forEachChild(node, (child) => (types?.includes(child) === true ? undefined : visit(child)));
      return;
    }
    if (ts.isExpressionWithTypeArguments(node)) {
      bracketed(node.typeArguments);
      visit(node.expression);
      return;
    }
    ts.forEachChild(node, visit);
  };

  visit(source);
  return erasable ? ranges : undefined;
}

const ERASED = new Set([
  SyntaxKind.PublicKeyword,
  SyntaxKind.PrivateKeyword,
  SyntaxKind.ProtectedKeyword,
  SyntaxKind.ReadonlyKeyword,
  SyntaxKind.OverrideKeyword,
  SyntaxKind.AbstractKeyword,
]);

/** What is more than types, and left to the compiler. */
const KEPT_FROM_US = new Set([
  SyntaxKind.EnumDeclaration,
  SyntaxKind.ModuleDeclaration,
  SyntaxKind.ImportEqualsDeclaration,
  SyntaxKind.NamespaceExportDeclaration,
  SyntaxKind.Decorator,
  SyntaxKind.TypeAssertionExpression,
]);

/** @param {Node} node */
function isDeclared(node) {
  if (!ts.canHaveModifiers(node)) return false;
  const kinds = (ts.getModifiers(node) ?? []).map((modifier) => modifier.kind);
  const member = ts.isPropertyDeclaration(node) && kinds.includes(SyntaxKind.AbstractKeyword);
  return member || kinds.includes(SyntaxKind.DeclareKeyword);
}

/** An overload, or an abstract member. @param {Node} node */
function isBodiless(node) {
  const hasBody =
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node);
  return hasBody && node.body === undefined;
}
