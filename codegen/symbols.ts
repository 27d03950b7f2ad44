/**
 * Names that a generated file takes from another module. One is asked for and put into text as `${WIRE.NEED}`; `print`
 * writes the name there, and the import at the top of the file. Nothing else makes an import.
 */

/** Modules outside the folder that is generated; their specifiers are options of `generate`. */
export type ExternalModule = 'wire' | 'schemas' | 'proxy' | 'zod';

export interface Import {
  readonly from: string;
  /** `name`, or `name as other`. */
  readonly name: string;
  readonly type: boolean;
}

/** Control characters: `comment` and `literal` let none of a table through. */
const [OPEN, CLOSE] = ['\u0001', '\u0002'];
const MARKED = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g');

/** A name that a module exports, `./file` for one that is generated beside. */
export function symbol(from: ExternalModule | `./${string}`, name: string, type = false): string {
  return `${OPEN}${from}|${name}|${type ? 'type' : ''}${CLOSE}`;
}

/** Several names of a module: values, and types. */
export function symbols<V extends string, T extends string = never>(
  from: ExternalModule | `./${string}`,
  values: readonly V[],
  types: readonly T[] = [],
): Readonly<Record<V | T, string>> {
  const value = values.map((name) => [name, symbol(from, name)]);
  const type = types.map((name) => [name, symbol(from, name, true)]);
  return Object.fromEntries([...value, ...type]) as Record<V | T, string>;
}

/** The values that a module exports; `M` is its type, so that a name it does not have is found by the compiler. */
export function valuesOf<M extends object>(from: ExternalModule): Readonly<Record<keyof M & string, string>> {
  return new Proxy({} as Record<keyof M & string, string>, { get: (_, name) => symbol(from, String(name)) });
}

/** The text of a file with names in place of symbols, and what it imports; `own` is the file itself. */
export function resolveSymbols(text: string, own: string): { text: string; imports: readonly Import[] } {
  const imports = new Map<string, Import>();
  const plain = text.replace(MARKED, (_, mark: string) => {
    const [from = '', name = '', type] = mark.split('|');
    const key = `${from}|${name}`;
    if (from !== own)
      imports.set(key, { from, name, type: type === 'type' && imports.get(key)?.type !== false });
    return name.split(' as ').at(-1)!;
  });
  return { text: plain, imports: [...imports.values()] };
}
