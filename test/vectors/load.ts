import { readdirSync, readFileSync } from 'node:fs';
import type { DecodeOptions } from '../../src/proxy/index.ts';
import type { AcceptOptions } from '../../src/proxy/node/index.ts';
import type { Client } from '../../src/proxy/node/peer.ts';
import type { Outcome } from '../proxy/outcome.ts';

/** What octets mean. `hex` may hold more than the header. */
export interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly options?: DecodeOptions;
  /** The octets are one datagram: no more will come. */
  readonly datagram?: boolean;
  readonly expected: Outcome;
  /** Of protocol requirements: see requirements.json. */
  readonly requirements: readonly string[];
  /** Sections of the standard that no row of its own stands for. */
  readonly sections?: readonly string[];
}

/** What `encode` makes of a header: octets, or the code of its refusal. */
export interface EncodeVector {
  readonly name: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly hex?: string;
  readonly error?: string;
  readonly requirements: readonly string[];
}

/** What a listener makes of a connection; times in milliseconds after it was accepted. */
export interface ListenerVector {
  readonly name: string;
  readonly listener: AcceptOptions;
  /** Address of the other end. */
  readonly peer: string;
  readonly sent: readonly (readonly [at: number, hex: string])[];
  /** When the peer leaves, and how long to look. */
  readonly ends?: number;
  readonly until?: number;
  readonly expected: {
    readonly admittedAt?: number;
    readonly closedAt?: number;
    readonly client?: Client;
    /** Left for the application, in hex. */
    readonly rest?: string;
    /** False where the trust list alone decides. */
    readonly proxy?: false;
  };
  readonly requirements: readonly string[];
}

/** What `ProxyTLV.parse` makes of TLVs alone. */
export interface ParseVector {
  readonly name: string;
  readonly hex: string;
  readonly options?: { readonly strict?: boolean; readonly partialOk?: boolean };
  readonly expected: { readonly values?: unknown; readonly code?: string; readonly offset?: number };
  readonly requirements: readonly string[];
}

interface File<V> {
  readonly about: string;
  readonly vectors: readonly V[];
}

export function load<T>(name: string): T {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? spread(value) : value)) as T;
}

/** Hex with `00{n}` for n octets 00 written out; other text as it is. */
function spread(text: string): string {
  if (!/^(?:[0-9a-f]{2}(?:\{\d+\})?)+$/.test(text)) return text;
  return text.replace(/(..)\{(\d+)\}/g, (_, octet: string, times: string) => octet.repeat(Number(times)));
}

/** Files that are not of headers to read. */
const OTHERS = ['encode.json', 'listeners.json', 'parse.json', 'requirements.json'];

/** Every file of headers to read, by name. */
export const files: ReadonlyMap<string, readonly Vector[]> = new Map(
  readdirSync(new URL('.', import.meta.url))
    .filter((name) => name.endsWith('.json') && !OTHERS.includes(name))
    .map((name) => [name.slice(0, -'.json'.length), load<File<Vector>>(name).vectors]),
);

export const encodeVectors: readonly EncodeVector[] = load<File<EncodeVector>>('encode.json').vectors;

export const listenerVectors = load<File<ListenerVector>>('listeners.json').vectors;
export const parseVectors = load<File<ParseVector>>('parse.json').vectors;

export function octetsOf(hex: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new Error(`not hex: ${hex}`);
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** JSON with `{ hex }` for octets and `{ u64 }` for integers of eight octets, made real. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const { hex, u64 } = value as { hex?: unknown; u64?: unknown };
  if (typeof hex === 'string') return octetsOf(hex);
  if (typeof u64 === 'string') return BigInt(u64);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revive(each)]));
}
