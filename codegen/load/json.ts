import { ts } from 'ts-morph';
import { at } from './places.mjs';

/** Why there is no spec, and where. Lines and columns count from 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads JSON, and records where its objects and lists stand. */
export function readJson(
  file: string,
  text: string,
): { readonly value: unknown } | { readonly fault: Fault } {
  const source = ts.parseJsonText(file, text) as ts.JsonSourceFile & {
    readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  const [problem] = source.parseDiagnostics;
  const expression = source.statements[0]?.expression;
  const wrong = problem?.start ?? (expression === undefined ? 0 : notJsonIn(expression, source));
  if (wrong === undefined && expression !== undefined) return { value: valueOf(expression, source) };
  const { line, character } = source.getLineAndCharacterOfPosition(wrong ?? 0);
  const reason =
    problem === undefined ? '' : `: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`;
  return { fault: { file, line: line + 1, column: character + 1, message: `this is not JSON${reason}` } };
}

/** The offset of the first thing that the parser of TypeScript accepts and JSON does not. */
function notJsonIn(node: ts.Node, source: ts.JsonSourceFile): number | undefined {
  if (ts.isObjectLiteralExpression(node)) {
    if (node.properties.hasTrailingComma) return node.properties.end - 1;
    for (const property of node.properties) {
      if (!ts.isPropertyAssignment(property) || !isDoubleQuoted(property.name, source))
        return property.getStart(source);
      const inside = notJsonIn(property.initializer, source);
      if (inside !== undefined) return inside;
    }
    return undefined;
  }
  if (ts.isArrayLiteralExpression(node)) {
    if (node.elements.hasTrailingComma) return node.elements.end - 1;
    return node.elements.map((element) => notJsonIn(element, source)).find((start) => start !== undefined);
  }
  try {
    JSON.parse(node.getText(source));
    return undefined;
  } catch {
    return node.getStart(source);
  }
}

function isDoubleQuoted(node: ts.Node, source: ts.JsonSourceFile): boolean {
  return ts.isStringLiteral(node) && node.getText(source).startsWith('"');
}

function valueOf(node: ts.Expression, source: ts.JsonSourceFile): unknown {
  const place = { file: source.fileName, offset: node.getStart(source) };
  if (ts.isArrayLiteralExpression(node)) {
    const properties = Object.fromEntries(node.elements.map((each, i) => [i, each.getStart(source)]));
    return at(
      node.elements.map((each) => valueOf(each, source)),
      { ...place, properties },
    );
  }
  if (!ts.isObjectLiteralExpression(node)) return JSON.parse(node.getText(source)) as unknown;
  const entries = node.properties.filter(ts.isPropertyAssignment).map((property) => ({
    name: (property.name as ts.StringLiteral).text,
    start: property.getStart(source),
    value: valueOf(property.initializer, source),
  }));
  return at(Object.fromEntries(entries.map(({ name, value }) => [name, value])), {
    ...place,
    properties: Object.fromEntries(entries.map(({ name, start }) => [name, start])),
  });
}
