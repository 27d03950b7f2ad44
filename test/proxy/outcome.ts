import type { DecodeResult, ProxyData } from '../../src/proxy/index.ts';

/** What octets mean, as plain data: the form of the vectors, of the interpreter, and of the codec alike. */
export type Outcome =
  | { readonly status: 'incomplete'; readonly needed: number }
  | { readonly status: 'invalid'; readonly code: string; readonly offset: number }
  | ({ readonly status: 'ok'; readonly length: number } & Header);

export interface Header {
  readonly version: 1 | 2;
  readonly command: string | null;
  readonly family: string;
  readonly protocol: string;
  readonly srcAddr: string | null;
  readonly srcPort: number | null;
  readonly dstAddr: string | null;
  readonly dstPort: number | null;
  /** In hex. */
  readonly rest: string;
  readonly tlvStart: number | null;
  readonly tlvs: readonly Vector[] | null;
  /** What the TLVs give by name, fields included; the first of a name. */
  readonly values: Readonly<Record<string, Plain>> | null;
}

export interface Vector {
  readonly name: string;
  readonly type: number;
  readonly parent: string | null;
  readonly offset: number;
  /** In hex. */
  readonly octets: string;
  /** Left out where the octets do not fit the row. */
  readonly value?: Plain;
}

/** Opaque octets in hex, a list of those that are repeated; wide integers in decimal, null for octets that do not fit. */
export type Plain = string | number | boolean | null | readonly string[];

/** What `decode` said. */
export function outcomeOf(result: DecodeResult): Outcome {
  if (result.status === 'incomplete') return result;
  if (result.status === 'invalid') {
    return { status: 'invalid', code: result.error.code, offset: result.error.offset };
  }
  return { status: 'ok', length: result.length, ...headerOf(result.data) };
}

/** A valid header. */
export function headerOf(data: ProxyData): Header {
  const { command, family, protocol } = data.toJSON() as Pick<Header, 'command' | 'family' | 'protocol'>;
  const { version, srcAddr, srcPort, dstAddr, dstPort, tlv } = data;
  if (version === null || !data.valid) throw new Error(`not a valid header: ${data.error}`);
  return {
    version,
    command,
    family,
    protocol,
    srcAddr,
    srcPort,
    dstAddr,
    dstPort,
    rest: hexOf(data.rest),
    tlvStart: data.tlvStart,
    tlvs:
      tlv?.vectors.map(({ name, type, parent, offset, octets, value }) => ({
        name,
        type,
        parent,
        offset,
        octets: hexOf(octets),
        ...(value === undefined ? {} : { value: plainOf(value) }),
      })) ?? null,
    values: tlv === null ? null : Object.fromEntries([...tlv].map(([name, value]) => [name, plainOf(value)])),
  };
}

export function plainOf(value: unknown): Plain {
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map((octets: Uint8Array) => hexOf(octets));
  if (typeof value === 'bigint') return String(value);
  return (value ?? null) as Plain;
}

/** Lower-case hex, whatever realm the octets come from. */
export function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => (octet + 256).toString(16).slice(1)).join('');
}
