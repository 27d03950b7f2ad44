/** Turns the text of a module of a spec into JavaScript that notes where its literals stand. */
import { ts } from 'ts-morph';
import { typesIn } from './strip-types.mjs';

/**
 * @param {string} text TypeScript or JavaScript
 * @param {string} file path of it
 * @param {boolean} places whether literals are to be handed through the registry of `places.mjs`
 * @returns {string} JavaScript
 * @throws {SyntaxError} whose message begins with `file:line:col: `
 */
export function toJavaScript(text, file, places) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const faults = /** @type {{ parseDiagnostics?: readonly unknown[] }} */ (source).parseDiagnostics ?? [];
  const types = faults.length === 0 ? typesIn(source) : undefined;
  if (types === undefined) return compile(text, file, source);
  /** @type {{ from: number, to: number, text: string }[]} */
  const edits = types.map(({ from, to, statement = false, inline = false }) => {
    const blanks = text.slice(from, to).replace(inline ? /[^]/g : /[^\r\n]/g, ' ');
    return { from, to, text: statement ? `;${blanks.slice(1)}` : blanks };
  });
  if (places) edits.push(...placesIn(source, file));
  return edited(text, edits);
}

/**
 * What the compiler makes of a module that holds more than types, or that it must explain the faults of.
 *
 * @param {string} text
 * @param {string} file
 * @param {import('ts-morph').ts.SourceFile} source
 */
function compile(text, file, source) {
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  });
  const [problem] = diagnostics;
  if (problem === undefined) return outputText;
  const { line, character } = source.getLineAndCharacterOfPosition(problem.start ?? 0);
  const message = ts.flattenDiagnosticMessageText(problem.messageText, ' ');
  throw new SyntaxError(`${file}:${line + 1}:${character + 1}: ${message}`);
}

/**
 * @param {string} text
 * @param {{ from: number, to: number, text: string }[]} edits
 */
function edited(text, edits) {
  let out = '';
  let at = 0;
  for (const { from, to, text: insert } of edits.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < at) continue;
    out += text.slice(at, from) + insert;
    at = to;
  }
  return out + text.slice(at);
}

/**
 * Calls around the literals of a module. An insert stands before what is blanked out at the same offset.
 *
 * @param {import('ts-morph').ts.SourceFile} source
 * @param {string} file
 */
function placesIn(source, file) {
  /** @type {{ from: number, to: number, text: string }[]} */
  const edits = [];
  /** @param {import('ts-morph').ts.Node} node */
  const visit = (node) => {
    const literal = ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);
    if (!literal || isPattern(node)) {
      ts.forEachChild(node, visit);
      return;
    }
    const [from, to] = [node.getStart(source), node.getEnd()];
    const place = JSON.stringify({ file, offset: from, properties: propertiesOf(node) });
    edits.push({ from, to: from, text: `globalThis[Symbol.for('truepeer.codegen.places')](` });
    ts.forEachChild(node, visit);
    edits.push({ from: to, to, text: `, ${place})` });
  };
  visit(source);
  return edits;
}

/** @param {import('ts-morph').ts.ObjectLiteralExpression | import('ts-morph').ts.ArrayLiteralExpression} node */
function propertiesOf(node) {
  /** @type {Record<string, number>} */
  const properties = {};
  if (ts.isArrayLiteralExpression(node)) {
    for (const [i, element] of node.elements.entries()) {
      if (ts.isSpreadElement(element)) break;
      properties[i] = element.getStart();
    }
    return properties;
  }
  for (const property of node.properties) {
    const { name } = property;
    if (name === undefined || ts.isComputedPropertyName(name) || ts.isPrivateIdentifier(name)) continue;
    if (name.text !== '__proto__') properties[name.text] = property.getStart();
  }
  return properties;
}

/**
 * Whether what looks like a literal is the left side of an assignment.
 *
 * @param {import('ts-morph').ts.Node} node
 */
function isPattern(node) {
  for (let child = node, { parent } = node; parent !== undefined; child = parent, { parent } = parent) {
    if (ts.isBinaryExpression(parent))
      return parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.left === child;
    if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === child;
    const within =
      ts.isObjectLiteralExpression(parent) ||
      ts.isArrayLiteralExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isSpreadAssignment(parent) ||
      ts.isParenthesizedExpression(parent);
    if (!within) return false;
  }
  return false;
}
