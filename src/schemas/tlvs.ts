import { z } from 'zod';
import { isNamed, namedTlvs, Scan, type Tables, TlvRules, unhex } from '../wire/index.ts';

/** TLVs as `encode` takes them; `V` maps the names of rows to their values. */
export type TlvsFormOf<V> = { [K in keyof V]?: V[K] | Uint8Array } & {
  [unregistered: `${string}x${string}`]: Uint8Array;
};

/** TLVs as JSON can hold them. */
export type TlvsJsonOf<V> = { [K in keyof V]?: Given<V[K]> | null | undefined } & {
  [unregistered: string]: unknown;
};

/** What stands for a value in JSON, beside the value itself. */
export type Given<T> =
  | Uint8Array
  | (T extends Uint8Array
      ? string
      : T extends bigint
        ? bigint | string
        : T extends boolean
          ? true | string
          : T);

/** The schema of TLVs by name; gives what `encode` takes. */
export function tlvsSchemaOf<V>(tables: Tables<V>): z.ZodType<TlvsFormOf<V>, TlvsJsonOf<V>> {
  const rules = new TlvRules(tables);
  return z.custom<TlvsJsonOf<V>>().transform((given, ctx): TlvsFormOf<V> => {
    let valid = true;
    const refuse = (path: PropertyKey[], expected: string): void => {
      valid = false;
      ctx.addIssue({ code: 'custom', path, message: `expected ${expected}`, input: given });
    };
    if (!isNamed(given)) {
      refuse([], 'TLVs by name');
      return z.NEVER;
    }
    const values = new Map<string, unknown>();
    for (const [name, value] of namedTlvs(given)) {
      const row = tables.tlvs.findIndex((entry) => entry.name === name);
      const native = row < 0 ? fromHex(value) : read(tables, row, value);
      const octets = row < 0 || native === true ? undefined : tables.writeTlv(row, native);
      const whole = octets === undefined || isWhole(tables, row, octets);
      const fault =
        row < 0 || (native === true && isGroup(tables, row))
          ? undefined
          : rules.valueFault(row, whole ? octets : undefined, tables.limits, true);
      if (fault === undefined) values.set(name, native);
      else refuse([name], fault);
    }
    if (valid) rules.treeOf(values, (_, name, _value, expected) => refuse([name], expected));
    return Object.fromEntries(values) as TlvsFormOf<V>;
  });
}

/** A schema of one object or a list of them; the path of a problem says which. */
export function listOrOne<V>(
  schema: z.ZodType<TlvsFormOf<V>, TlvsJsonOf<V>>,
): z.ZodType<TlvsFormOf<V> | TlvsFormOf<V>[], TlvsJsonOf<V> | readonly TlvsJsonOf<V>[]> {
  return z.custom<TlvsJsonOf<V> | readonly TlvsJsonOf<V>[]>().transform((given, ctx) => {
    const result = Array.isArray(given) ? z.array(schema).safeParse(given) : schema.safeParse(given);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues)
      ctx.addIssue({ code: 'custom', path, message, input: given });
    return z.NEVER;
  });
}

function isGroup({ tlvs }: Tables, row: number): boolean {
  return tlvs[row]!.kind === 'struct' || tlvs[row]!.kind === 'variant';
}

/** What was given for a row, text made into what it stands for. */
function read(tables: Tables, row: number, given: unknown): unknown {
  const { kind } = tables.tlvs[row]!;
  if (kind === 'bytes' || isGroup(tables, row)) return typeof given === 'string' ? unhex(given) : given;
  return (kind === 'u64be' || kind === 'u64le') && typeof given === 'string' && /^\d{1,20}$/.test(given)
    ? BigInt(given)
    : given;
}

function fromHex(value: unknown): unknown {
  return typeof value === 'string' ? (unhex(value) ?? value) : value;
}

/** Whether TLVs inside the octets of a row are well-formed. */
function isWhole({ tlvs, limits, scanTlvs }: Tables, row: number, octets: Uint8Array): boolean {
  if (tlvs[row]!.kind !== 'struct') return true;
  let vector: number[] = [...octets];
  for (let at = row; at >= 0; at = tlvs[at]!.parent) {
    const { code, parent } = tlvs[at]!;
    const around = tlvs[parent];
    const fixed = around?.kind === 'struct' ? new Uint8Array(around.min) : [];
    const head = around?.kind === 'variant' ? [code] : [code, vector.length >> 8, vector.length & 0xff];
    vector = [...fixed, ...head, ...vector];
  }
  const end = vector.length;
  return scanTlvs(Uint8Array.from(vector), 0, end, end, { ...limits, maxTLVs: end }, new Scan()) === end;
}
