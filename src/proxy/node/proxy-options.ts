import * as check from './option-checks.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Codec, codec as standardCodec, type DecodeOptions, type TlvValues } from '../index.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import { SharedSecret } from './trust/shared-secret.ts';
import { type Trusted, TrustList } from './trust/trust-list.ts';

/** Whose headers are believed, and which of them let somebody in. */
export interface HeaderOptions<V = TlvValues> {
  /** Who may send headers: networks such as `'10.0.0.0/8'`, single addresses, `'unix'`, the explicit `'anyone'`, or a function. */
  readonly trusted: Trusted;
  /** A peer outside `trusted`: `'reject'` (default) closes before a byte is read, `'direct'` serves it as a client. */
  readonly untrusted?: 'reject' | 'direct';
  /** A header that names no client (LOCAL, UNKNOWN), as health checks send: `'accept'` (default) or `'reject'`. */
  readonly unknown?: 'accept' | 'reject';
  /** Command PROXY with an unspecified family or transport: `'reject'` (default) or `'accept'`. */
  readonly unspec?: 'reject' | 'accept';
  /**
   * A header that names its client by another transport than the one it came over, such as DGRAM on a TCP connection:
   * `'reject'` (default), as nobody can be the client of both, or `'accept'`.
   */
  readonly otherTransport?: 'reject' | 'accept';
  /**
   * A secret that the proxy shows in each header that names a client, in a TLV of type `secretType`, beside being
   * `trusted`: for loopback, where any program of the machine has the right address. Text counts as UTF-8. It is compared
   * in constant time, and its octets in the header are zeroed. Give it 16 octets or more; it crosses the network as it
   * is. Headers that name nobody need none; version 1 cannot carry it.
   */
  readonly secret?: string | Uint8Array;
  /** Type of the TLV of `secret`, one that is free for any use: 0xE0..0xEF, default 0xEF. */
  readonly secretType?: number;
  /** A codec generated from your own tables; default the standard's. */
  readonly codec?: Codec<V>;
  /** How strictly headers are read. */
  readonly decode?: DecodeOptions;
}

/** Options of a listener that expects PROXY headers. */
export interface ProxyOptions<V = TlvValues> extends HeaderOptions<V> {
  /** Milliseconds for the whole header, one absolute deadline. 0 switches the PROXY protocol off. */
  readonly timeout: number;
}

export interface HeaderSettings {
  readonly trust: TrustList;
  readonly untrusted: 'reject' | 'direct';
  readonly unknown: 'accept' | 'reject';
  readonly unspec: 'reject' | 'accept';
  readonly otherTransport: 'reject' | 'accept';
  readonly secret: SharedSecret | null;
  readonly codec: Codec<TlvValues>;
  readonly decode: DecodeOptions | undefined;
}

export interface ProxySettings extends HeaderSettings {
  readonly timeout: number;
}

export const HEADER_OPTIONS: Record<keyof HeaderOptions, true> = {
  trusted: true,
  untrusted: true,
  unknown: true,
  unspec: true,
  otherTransport: true,
  secret: true,
  secretType: true,
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
  check.object(path, options, { timeout: true, ...HEADER_OPTIONS, ...more });
  const timeout = check.integer(name('timeout'), options.timeout, 0, 2 ** 31 - 1);
  if (timeout === 0) return null;
  if (timeout < SHORTEST_ADVISED) {
    const seconds = timeout < 100 ? '; the unit is milliseconds, were seconds meant?' : '';
    const text = `${name('timeout')} is ${timeout} ms, the standard asks for at least ${SHORTEST_ADVISED}${seconds}`;
    diagnostics({ level: 'warning', code: 'proxy-timeout-short', text });
  }
  return { timeout, ...readHeaderOptions(name, options, diagnostics) };
}

/**
 * Checks the options that are not of time, and fills in defaults.
 *
 * @param name the name of an option in errors.
 */
export function readHeaderOptions<V>(
  name: (option: keyof HeaderOptions) => string,
  options: HeaderOptions<V>,
  diagnostics: (diagnostic: Diagnostic) => void,
): HeaderSettings {
  const codec = (options.codec ?? standardCodec) as unknown as Codec<TlvValues>;
  const decode = options.decode ?? undefined;
  // The constructor checks `decode`: a bad option is an error now, not at the first connection.
  void new codec.ProxyReader(decode);
  return {
    trust: new TrustList(options.trusted, name('trusted'), diagnostics),
    untrusted: check.oneOf(name('untrusted'), options.untrusted ?? 'reject', ['reject', 'direct']),
    unknown: check.oneOf(name('unknown'), options.unknown ?? 'accept', ['accept', 'reject']),
    unspec: check.oneOf(name('unspec'), options.unspec ?? 'reject', ['reject', 'accept']),
    otherTransport: check.oneOf(name('otherTransport'), options.otherTransport ?? 'reject', [
      'reject',
      'accept',
    ]),
    secret: readSecret(name, options, diagnostics),
    codec,
    decode,
  };
}

/** The types that are free for any use. */
const CUSTOM = standardCodec.tables.ranges.find((range) => range.name === 'CUSTOM')!;

/** Fewer octets may be guessed. */
const SHORTEST_SECRET = 16;

function readSecret<V>(
  name: (option: keyof HeaderOptions) => string,
  { secret, secretType }: HeaderOptions<V>,
  diagnostics: (diagnostic: Diagnostic) => void,
): SharedSecret | null {
  const type = check.integer(name('secretType'), secretType ?? CUSTOM.to, CUSTOM.from, CUSTOM.to);
  if (secret === undefined) {
    if (secretType === undefined) return null;
    throw optionError('ERR_MISSING_OPTION', `option ${name('secretType')} needs option ${name('secret')}`);
  }
  // A refusal must not show what it was given.
  if ((typeof secret !== 'string' && !(secret instanceof Uint8Array)) || secret.length === 0) {
    const text = `option ${name('secret')}: text or octets are expected, at least ${SHORTEST_SECRET} octets`;
    throw optionError('ERR_INVALID_ARG_TYPE', text);
  }
  if (secret.length < SHORTEST_SECRET) {
    const text = `${name('secret')} is shorter than ${SHORTEST_SECRET} octets: it may be guessed`;
    diagnostics({ level: 'warning', code: 'proxy-secret-short', text });
  }
  return new SharedSecret(secret, type);
}
