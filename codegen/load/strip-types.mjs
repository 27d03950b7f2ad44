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
  const finder = new TypeFinder(source);
  finder.visit(source);
  return finder.erasable ? finder.ranges : undefined;
}

class TypeFinder {
  /** @type {Range[]} */
  ranges = [];
  erasable = true;

  /** @param {import('ts-morph').ts.SourceFile} source */
  constructor(source) {
    this.source = source;
  }

  /** @param {Node} node */
  visit(node) {
    if (!isErasable(node)) this.erasable = false;
    else if (isOnlyTypes(node)) this.#add(node, { statement: true });
    else if (isTypeInList(node, this.source)) this.#listed(node);
    else if (ts.isHeritageClause(node) && node.token === SyntaxKind.ImplementsKeyword) this.#add(node);
    else this.#inside(node);
  }

  /** Types in a node that is more than a type. @param {Node} node */
  #inside(node) {
    if (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) {
      this.#declaration(node, node.type);
    } else if (ts.isFunctionLike(node)) {
      this.#bracketed(node.typeParameters);
      this.#declaration(node, node.type);
    } else if (ts.isClassLike(node)) {
      this.#bracketed(node.typeParameters);
      this.#declaration(node, undefined);
    } else if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)) {
      this.ranges.push({ from: node.expression.end, to: node.end });
      this.visit(node.expression);
    } else if (ts.isExpressionWithTypeArguments(node) || ('typeArguments' in node && !ts.isTypeNode(node))) {
      this.#withTypeArguments(node);
    } else {
      ts.forEachChild(node, (child) => this.visit(child));
    }
  }

  /**
   * What is declared: its modifiers, its `?` or `!`, its type and the colon before that.
   *
   * @param {Node} node
   * @param {Node | undefined} type
   */
  #declaration(node, type) {
    const tokens = /** @type {{ questionToken?: Node, exclamationToken?: Node }} */ (node);
    if (tokens.questionToken !== undefined) this.#add(tokens.questionToken);
    if (tokens.exclamationToken !== undefined) this.#add(tokens.exclamationToken);
    if (type !== undefined)
      this.ranges.push({ from: type.pos - 1, to: type.end, inline: ts.isArrowFunction(type.parent) });
    for (const modifier of ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []) {
      if (ERASED.has(modifier.kind)) this.#add(modifier);
    }
    ts.forEachChild(node, (child) => {
      if (child !== type && !ts.isTypeParameterDeclaration(child)) this.visit(child);
    });
  }

  /** An expression behind which types stand in angle brackets. @param {Node} node */
  #withTypeArguments(node) {
    const { typeArguments } = /** @type {{ typeArguments?: import('ts-morph').ts.NodeArray<Node> }} */ (node);
    this.#bracketed(typeArguments);
    ts.forEachChild(node, (child) => {
      if (typeArguments?.includes(child) !== true) this.visit(child);
    });
  }

  /**
   * @param {Node} node
   * @param {{ statement?: boolean }} [how] a whole statement or member leaves a semicolon between its neighbours
   */
  #add(node, how = {}) {
    this.ranges.push({ from: node.getStart(this.source), to: node.end, ...how });
  }

  /** Types in angle brackets. @param {import('ts-morph').ts.NodeArray<Node> | undefined} types */
  #bracketed(types) {
    if (types !== undefined)
      this.ranges.push({ from: types.pos - 1, to: this.source.text.indexOf('>', types.end) + 1 });
  }

  /** One of a list, and the comma behind it. @param {Node} node */
  #listed(node) {
    const [comma = ''] = /^\s*,/.exec(this.source.text.slice(node.end)) ?? [];
    this.ranges.push({ from: node.getStart(this.source), to: node.end + comma.length });
  }
}

/** @param {Node} node */
function isErasable(node) {
  if (ts.isExportAssignment(node)) return node.isExportEquals !== true;
  if (ts.isParameter(node)) return (node.modifiers?.length ?? 0) === 0;
  return !NOT_ERASABLE.has(node.kind);
}

/** A statement or member that is gone when types are. @param {Node} node */
function isOnlyTypes(node) {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly === true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isIndexSignatureDeclaration(node) ||
    isDeclared(node) ||
    isBodiless(node)
  );
}

/**
 * An import or export of a type, or the parameter called `this`.
 *
 * @param {Node} node
 * @param {import('ts-morph').ts.SourceFile} source
 */
function isTypeInList(node, source) {
  if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return node.isTypeOnly;
  return ts.isParameter(node) && node.name.getText(source) === 'this';
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
const NOT_ERASABLE = new Set([
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
