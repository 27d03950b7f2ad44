import * as prettier from 'prettier';
import {
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
  printStructure,
  StructureKind,
  type StatementStructures,
  type TypeAliasDeclarationStructure,
  VariableDeclarationKind,
  type VariableStatementStructure,
} from 'ts-morph';
import { type JsonValue, layOutJson } from './json.ts';
import { comment, key } from './names.ts';
import { type ExternalModule, type Import, resolveSymbols } from './symbols.ts';

/** ts-morph and prettier stand behind this file: emitters say what to write, this says how it looks. */

/** A file to write: its name, and what is in it. */
export type Draft = TypeScriptDraft | TextDraft | JsonDraft;

interface Named {
  readonly name: string;
  /** The table it comes from, for its header. */
  readonly from: string;
}

export interface TypeScriptDraft extends Named {
  /** What it is, in a sentence. */
  readonly doc: string;
  readonly statements: readonly StatementStructures[];
  /** What is handed on from other files: names, or all of one. */
  readonly exports?: readonly { readonly from: string; readonly names: readonly string[] }[];
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

export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
}

/** A property of an object, or a member of an interface, with its type or value. */
export interface Member {
  readonly name: string;
  readonly is: string;
  readonly doc?: string;
  readonly optional?: boolean;
}

/** `const name: type = initializer`, exported. */
export function constant(
  name: string,
  initializer: string,
  doc: string,
  type?: string,
): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: [docOf(doc)],
    declarations: [{ name, initializer, ...(type === undefined ? {} : { type }) }],
  };
}

/** `function name(parameters): returns { body }`, exported; the parameters with their types. */
export function fn(
  name: string,
  parameters: Readonly<Record<string, string>>,
  returns: string,
  body: string,
  doc: string,
): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name,
    isExported: true,
    parameters: Object.entries(parameters).map(([parameter, type]) => ({ name: parameter, type })),
    returnType: returns,
    docs: [docOf(doc)],
    statements: (writer) => writer.write(body),
  };
}

/** `type name = type`, exported. */
export function alias(name: string, type: string, doc: string): TypeAliasDeclarationStructure {
  return { kind: StructureKind.TypeAlias, name, type, isExported: true, docs: [docOf(doc)] };
}

/** `interface name { members }`, exported. */
export function interfaceOf(
  name: string,
  members: readonly Member[],
  doc: string,
): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    isExported: true,
    docs: [docOf(doc)],
    properties: members.map((member) => ({
      name: key(member.name),
      type: member.is,
      hasQuestionToken: member.optional ?? false,
      docs: member.doc === undefined ? [] : [comment(member.doc)],
    })),
  };
}

/** The same for this file alone. */
export function local<T extends { isExported?: boolean }>(declaration: T): T {
  return { ...declaration, isExported: false };
}

/** An object literal, a line for each property. */
export function objectOf(members: readonly Member[]): string {
  const properties = members.map(
    ({ name, is, doc }) => `${doc === undefined ? '' : `/** ${comment(doc)} */\n`}${key(name)}: ${is},`,
  );
  return `{\n${lines(...properties)}\n}`;
}

/** Statements below each other, empty ones left out. */
export function lines(...statements: readonly string[]): string {
  return statements.filter((statement) => statement !== '').join('\n');
}

/** A list literal, a line for each item. */
export function listOf(items: readonly string[]): string {
  return `[\n${items.map((item) => `${item},\n`).join('')}]`;
}

/** Several lines, as of an emitter's own with an example, stay; the text of a table is on one. */
function docOf(doc: string): string {
  return doc.split('\n').map(comment).join('\n');
}

/** A TypeScript file before it is formatted: its text, and what that imports. */
export interface Rendered {
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Prints the declarations of a file, each a structure that stands for itself. */
export function render(draft: Draft): Rendered {
  if (!('statements' in draft)) return { text: '', imports: [] };
  const printed = draft.statements.map((statement) => printStructure(statement));
  return resolveSymbols(printed.join('\n\n'), `./${draft.name.replace(/\.ts$/, '')}`);
}

/** How a file names its modules. */
export interface Specifiers extends Readonly<Record<ExternalModule, string>> {
  /** Ending of relative imports. */
  readonly extension: string;
}

/**
 * Formats a file. Same input, same octets: no date, version or path goes in. Of prettier's two parsers of TypeScript
 * this is the quicker one.
 */
export async function print(
  draft: Draft,
  { text, imports }: Rendered,
  specifiers: Specifiers,
  again: string,
  options: prettier.Options,
): Promise<GeneratedFile> {
  const header = headerOf(draft.from, again);
  if ('text' in draft) {
    const [before, behind] = draft.comment;
    return { name: draft.name, text: withLineEnds(`${before}${header}${behind}\n\n${draft.text}`, options) };
  }
  if ('json' in draft) {
    const json = layOutJson(withHeader(draft.json, header), options);
    return { name: draft.name, text: withLineEnds(json, options) };
  }
  const head = `// ${header}\n\n/** ${comment(draft.doc)} */`;
  const handedOn = (draft.exports ?? []).map(({ from, names }) => {
    const what = names.length === 0 ? '*' : `{ ${names.toSorted().join(', ')} }`;
    return `export ${what} from ${specifierOf(from, specifiers)};`;
  });
  const parts = [head, importsOf(imports, specifiers), text, handedOn.join('\n')];
  const whole = parts.filter((part) => part !== '').join('\n\n');
  return { name: draft.name, text: await prettier.format(whole, { ...options, parser: 'babel-ts' }) };
}

/** One import for each module: other packages first, then other folders, then the files beside. */
function importsOf(imports: readonly Import[], specifiers: Specifiers): string {
  const rank = (from: string): string => `${from.startsWith('./') ? 2 : from === 'zod' ? 0 : 1}${from}`;
  const modules = [...new Set(imports.map(({ from }) => from))].toSorted((a, b) =>
    rank(a) < rank(b) ? -1 : 1,
  );
  return modules
    .map((module) => {
      const named = imports.filter(({ from }) => from === module);
      const onlyTypes = named.every(({ type }) => type);
      const names = named.map(({ name, type }) => (type && !onlyTypes ? `type ${name}` : name));
      const bare = (name: string): string => name.replace('type ', '').toLowerCase();
      const sorted = names.toSorted((a, b) => (bare(a) < bare(b) ? -1 : 1)).join(', ');
      return `import ${onlyTypes ? 'type ' : ''}{ ${sorted} } from ${specifierOf(module, specifiers)};`;
    })
    .join('\n');
}

function specifierOf(module: string, specifiers: Specifiers): string {
  return JSON.stringify(
    module.startsWith('./') ? `${module}${specifiers.extension}` : specifiers[module as ExternalModule],
  );
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
