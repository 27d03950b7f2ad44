import * as check from './option-checks.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Codec, codec as standardCodec, type DecodeOptions, type TlvValues } from '../index.ts';
import { type Trusted, TrustList } from './trust-list.ts';

/** Options of a listener that expects PROXY headers. */
export interface ProxyOptions<V = TlvValues> {
  /** Milliseconds for the whole header, one absolute deadline. 0 switches the PROXY protocol off. */
  readonly timeout: number;
  /** Who may send headers: networks such as `'10.0.0.0/8'`, single addresses, `'unix'`, the explicit `'anyone'`, or a function. */
  readonly trusted: Trusted;
  /** A peer outside `trusted`: `'reject'` (default) closes before a byte is read, `'direct'` serves it as a client. */
  readonly untrusted?: 'reject' | 'direct';
  /** A header that names no client (LOCAL, UNKNOWN), as health checks send: `'accept'` (default) or `'reject'`. */
  readonly unknown?: 'accept' | 'reject';
  /** Command PROXY with an unspecified family or transport: `'reject'` (default) or `'accept'`. */
  readonly unspec?: 'reject' | 'accept';
  /** A codec generated from your own tables; default the standard's. */
  readonly codec?: Codec<V>;
  /** How strictly headers are read. */
  readonly decode?: DecodeOptions;
}

export interface ProxySettings {
  readonly timeout: number;
  readonly trust: TrustList;
  readonly untrusted: 'reject' | 'direct';
  readonly unknown: 'accept' | 'reject';
  readonly unspec: 'reject' | 'accept';
  readonly codec: Codec<TlvValues>;
  readonly decode: DecodeOptions | undefined;
}

const KNOWN: Record<keyof ProxyOptions, true> = {
  timeout: true,
  trusted: true,
  untrusted: true,
  unknown: true,
  unspec: true,
  codec: true,
  decode: true,
};

/** The standard, section 2: receivers should wait at least three seconds. */
const SHORTEST_ADVISED = 3000;

/**
 * Checks options and fills in defaults. Null when the PROXY protocol is off.
 *
 * @param path the name in front of an option in errors; empty for none.
 * @param more names of further options that are allowed in the same object.
 */
export function readProxyOptions<V>(
  path: string,
  options: ProxyOptions<V>,
  diagnostics: (diagnostic: Diagnostic) => void,
  more: object = {},
): ProxySettings | null {
  const name = (option: keyof ProxyOptions): string => (path === '' ? option : `${path}.${option}`);
  check.object(path, options, { ...KNOWN, ...more });
  const timeout = check.integer(name('timeout'), options.timeout, 0, 2 ** 31 - 1);
  if (timeout === 0) return null;
  if (timeout < SHORTEST_ADVISED) {
    const seconds = timeout < 100 ? '; the unit is milliseconds, were seconds meant?' : '';
    const text = `${name('timeout')} is ${timeout} ms, the standard asks for at least ${SHORTEST_ADVISED}${seconds}`;
    diagnostics({ level: 'warning', code: 'proxy-timeout-short', text });
  }
  const codec = (options.codec ?? standardCodec) as unknown as Codec<TlvValues>;
  const decode = options.decode ?? undefined;
  // The constructor checks `decode`: a bad option is an error now, not at the first connection.
  void new codec.ProxyReader(decode);
  return {
    timeout,
    trust: new TrustList(options.trusted, name('trusted'), diagnostics),
    untrusted: check.oneOf(name('untrusted'), options.untrusted ?? 'reject', ['reject', 'direct']),
    unknown: check.oneOf(name('unknown'), options.unknown ?? 'accept', ['accept', 'reject']),
    unspec: check.oneOf(name('unspec'), options.unspec ?? 'reject', ['reject', 'accept']),
    codec,
    decode,
  };
}
