import {
  decode,
  decodeDatagram,
  type DecodeOptions,
  encode,
  type HeaderInput,
  ProxyError,
  ProxyReader,
} from '../../src/proxy/index.ts';
import { headerOf, hexOf, type Outcome, outcomeOf } from './outcome.ts';

/** What a test calls inside a world without Node: text in, JSON text out. */
export function read(hex: string, options: string, datagram: boolean): string {
  const given = JSON.parse(options) as DecodeOptions;
  return JSON.stringify(
    outcomeOf(datagram ? decodeDatagram(octetsOf(hex), given) : decode(octetsOf(hex), given)),
  );
}

/** The same through a reader that gets octet by octet. */
export function readSlowly(hex: string, options: string): string {
  const reader = new ProxyReader(JSON.parse(options) as DecodeOptions);
  for (const octet of octetsOf(hex)) {
    const data = reader.push(Uint8Array.of(octet));
    if (data === undefined) continue;
    const outcome: Outcome | string | null = data.valid
      ? { status: 'ok', length: data.length, ...headerOf(data) }
      : data.errorCode;
    return JSON.stringify(outcome);
  }
  return JSON.stringify('incomplete');
}

export function write(header: string): string {
  try {
    return hexOf(encode(revived(JSON.parse(header)) as HeaderInput));
  } catch (error) {
    if (error instanceof ProxyError) return error.code;
    throw error;
  }
}

/** Names of what the world has that a browser has not. */
export function foreign(): string[] {
  return ['Buffer', 'process', 'require', 'global', 'setImmediate'].filter((name) => name in globalThis);
}

function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const { hex, u64 } = value as { hex?: unknown; u64?: unknown };
  if (typeof hex === 'string') return octetsOf(hex);
  if (typeof u64 === 'string') return BigInt(u64);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revived(each)]));
}
