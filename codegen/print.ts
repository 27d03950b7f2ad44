import * as prettier from 'prettier';
import {
  type FunctionDeclarationStructure,
  printStructure,
  StructureKind,
  type StatementStructures,
  VariableDeclarationKind,
  type VariableStatementStructure,
} from 'ts-morph';
import { type JsonValue, layOutJson } from './json.ts';
import { comment } from './names.ts';

/** ts-morph and prettier stand behind this file: emitters say what to write, this says how it looks. */

/** A statement: a structure of ts-morph, or text. */
export type Statement = StatementStructures | string;

/** A file to write: its name, and what is in it. */
export type Draft = TypeScriptDraft | TextDraft | JsonDraft;

interface Named {
  readonly name: string;
  /** The table it comes from, for its header. */
  readonly from: string;
}

interface TypeScriptDraft extends Named {
  /** What it is, in a sentence. */
  readonly doc: string;
  /** Names by module; only what the file uses. */
  readonly imports?: readonly Import[];
  /** What is handed on from other modules; no names stand for all. */
  readonly exports?: readonly Import[];
  readonly statements: readonly Statement[];
}

/** A file of another kind, laid out by its emitter as prettier would lay it out, for prettier is slow at that. */
interface TextDraft extends Named {
  /** What stands before and behind a comment. */
  readonly comment: readonly [before: string, behind: string];
  readonly text: string;
}

/** A JSON file. The format has no comments: one that is a schema carries the header as its `$comment`. */
interface JsonDraft extends Named {
  readonly json: JsonValue;
}

export interface Import {
  readonly from: string;
  readonly names: readonly string[];
  readonly typeOnly?: boolean;
}

export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
}

/** `const name = initializer`. */
export function constant(
  name: string,
  initializer: string,
  doc: string,
  type?: string,
  exported = true,
): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
    isExported: exported,
    declarationKind: VariableDeclarationKind.Const,
    docs: [comment(doc)],
    declarations: [{ name, initializer, ...(type === undefined ? {} : { type }) }],
  };
}

/** `function name(parameters): returnType { body }`; parameters as `name: type`. */
export function fn(
  name: string,
  parameters: readonly string[],
  returnType: string,
  body: string,
  doc: string,
  exported = true,
): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name,
    isExported: exported,
    parameters: parameters.map((parameter) => {
      const [left, right] = parameter.split(/:(.*)/s);
      return { name: left!.trim(), type: right!.trim() };
    }),
    returnType,
    docs: [comment(doc)],
    statements: [body],
  };
}

/**
 * Prints and formats a file. Same input, same octets: no date, version or path goes in. Of prettier's two parsers of
 * TypeScript this is the quicker one.
 */
export async function print(draft: Draft, again: string, options: prettier.Options): Promise<GeneratedFile> {
  const header = headerOf(draft.from, again);
  if ('text' in draft) {
    const [before, behind] = draft.comment;
    return { name: draft.name, text: withLineEnds(`${before}${header}${behind}\n\n${draft.text}`, options) };
  }
  if ('json' in draft) {
    const text = layOutJson(withHeader(draft.json, header), options);
    return { name: draft.name, text: withLineEnds(text, options) };
  }
  const imports = (draft.imports ?? []).map(({ from, names, typeOnly }) => ({
    kind: StructureKind.ImportDeclaration as const,
    moduleSpecifier: from,
    isTypeOnly: typeOnly ?? false,
    namedImports: names.toSorted(),
  }));
  const exports = (draft.exports ?? []).map(({ from, names, typeOnly }) => ({
    kind: StructureKind.ExportDeclaration as const,
    moduleSpecifier: from,
    isTypeOnly: typeOnly ?? false,
    namedExports: names.toSorted(),
  }));
  const printed = (parts: readonly Statement[]): string =>
    printStructure({ kind: StructureKind.SourceFile, statements: [...parts] });
  const head = `// ${header}\n\n/** ${comment(draft.doc)} */`;
  const parts = [imports, ...draft.statements.map((statement) => [statement]), exports].filter(
    (part) => part.length > 0,
  );
  const text = [head, ...parts.map(printed)].join('\n\n');
  return { name: draft.name, text: await prettier.format(text, { ...options, parser: 'babel-ts' }) };
}

function withLineEnds(text: string, { endOfLine }: prettier.Options): string {
  return endOfLine === 'crlf' ? text.replaceAll('\n', '\r\n') : text;
}

/** Where there is room for it: `$schema` stands first, `$comment` behind it. */
function withHeader(json: JsonValue, header: string): JsonValue {
  if (typeof json !== 'object' || json === null || !('$schema' in json)) return json;
  const { $schema, ...rest } = json as { readonly $schema: JsonValue };
  return { $schema, $comment: header, ...rest };
}

/** The first line of every generated file, without the mark of a comment. */
function headerOf(from: string, again: string): string {
  return `${MARK} ${from}. Do not edit: change the table and ${again}.`;
}

/** What carries this in its first line, or JSON in its third, may be overwritten and deleted. */
export const MARK = 'Generated by truepeer codegen from';
