import type { Limit, Spec } from '../spec/types.ts';

/** Rows to add to a spec, table by table. */
export type SpecExtension = {
  readonly [K in keyof Spec as Spec[K] extends readonly unknown[] ? K : never]?: Spec[K];
};

/**
 * A spec with more rows than another; that one stays as it is. Rows are added at the end of their tables. A limit takes
 * the place of the one of the same name, so that its default can be changed.
 *
 * @param base Mostly `spec`, the tables of the standard and the known vendors.
 * @param extension Rows by table. A row inside another names it as `parent`, also one that is not yours.
 * @returns A spec for `generate` and `check`. Nothing is checked here and nothing thrown: problems are diagnostics.
 *
 * @example
 * import { extendSpec, spec } from 'truepeer/spec';
 * const mine = extendSpec(spec, {
 *   sources: [{ name: 'Ours', title: 'Our load balancer', where: 'https://example.com/balancer' }],
 *   tlvs: [
 *     {
 *       name: 'AWS_TENANT', parent: 'AWS', code: 0x02, value: { kind: 'utf8' }, doc: 'Name of the tenant.',
 *       ref: { source: 'Ours' }, examples: [{ wire: '61 63 6d 65', means: 'acme' }],
 *     },
 *   ],
 * });
 * console.log(mine.tlvs.length - spec.tlvs.length); // 1
 */
export function extendSpec(base: Spec, extension: SpecExtension): Spec {
  const extended: Record<string, unknown> = { ...base };
  for (const [table, rows] of Object.entries(extension)) {
    if (rows === undefined) continue;
    const before = extended[table];
    extended[table] =
      !Array.isArray(rows) || !Array.isArray(before)
        ? rows
        : table === 'limits'
          ? [...before.filter((row: Limit) => !rows.some((other) => nameOf(other) === row.name)), ...rows]
          : [...before, ...rows];
  }
  return extended as unknown as Spec;
}

function nameOf(row: unknown): unknown {
  return (row as { name?: unknown } | null | undefined)?.name;
}
