import type { BareNewlines } from './newline-policy.ts';
import type { Tolerate } from './tolerance.ts';
import * as check from './option-checks.ts';
import { show } from '../../../wire/messages/escape.ts';
import { optionError } from '../../../wire/messages/option-error.ts';

interface AtPort {
  /** A TCP port; 0 picks a free one. */
  readonly port: number;
  /** An address of this machine, or a name for one; default `localhost`. */
  readonly host?: string;
}

interface AtPath {
  /** The path of a Unix socket. */
  readonly path: string;
  /** Rights of the socket such as 0o660, set before `listen` resolves; default what the umask leaves. */
  readonly mode?: number;
}

interface Inherited {
  /** A descriptor inherited from the parent. */
  readonly fd: number;
}

interface OfListener {
  /** Implicit TLS (RFC 8314), after the PROXY header where there is one; needs option `tls`. */
  readonly tls?: boolean;
  /** The policy of this listener for a bare CR or LF, in place of the server's option `bareNewlines`. */
  readonly bareNewlines?: BareNewlines;
  /** What is tolerated of the clients of this listener, in place of the server's option `tolerate`. */
  readonly tolerate?: Tolerate;
}

/** One kind of place, and nothing of the others: `{ path, host }` is an error at compile time, too. */
type Only<T> = T & { readonly [name in Exclude<keyof (AtPort & AtPath & Inherited), keyof T>]?: undefined };

/** Where to listen: a TCP port, a Unix socket, or a descriptor inherited from the parent. */
export type ListenTarget = (Only<AtPort> | Only<AtPath> | Only<Inherited>) & OfListener;

/** A target that has been checked: it has nothing that is undefined. */
export type ListenPlace = (AtPort | AtPath | Inherited) & OfListener;

/** The names of everything a target may hold. */
const NAMES = {
  port: true,
  host: true,
  path: true,
  mode: true,
  fd: true,
  tls: true,
  bareNewlines: true,
  tolerate: true,
};
const KINDS = ['port', 'path', 'fd'] as const;

/**
 * Checks a target as options are checked.
 *
 * @returns the target without what is undefined.
 * @throws TypeError or RangeError that names what is wrong and says what is allowed.
 */
export function readTarget(given: ListenTarget): ListenPlace {
  check.object('listen', given, NAMES);
  const target: { readonly [name in keyof typeof NAMES]?: unknown } = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const kinds = KINDS.filter((name) => name in target);
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? 'none of them' : kinds.join(' and ');
    const code = kinds.length === 0 ? 'ERR_MISSING_OPTION' : 'ERR_INCOMPATIBLE_OPTION_PAIR';
    throw optionError(code, `listen: one of ${KINDS.join(', ')} is expected, not ${found}`);
  }
  if ('port' in target) check.integer('listen.port', target.port, 0, 65535);
  if ('fd' in target) check.integer('listen.fd', target.fd, 0);
  for (const name of ['host', 'path'] as const) if (name in target) text(`listen.${name}`, target[name]);
  if ('tls' in target) check.boolean('listen.tls', target.tls);
  for (const [name, kind] of [
    ['host', 'port'],
    ['mode', 'path'],
  ] as const)
    if (name in target && !(kind in target))
      throw optionError('ERR_INCOMPATIBLE_OPTION_PAIR', `listen: ${name} goes with ${kind} only`);
  return target as ListenPlace;
}

function text(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw optionError('ERR_INVALID_ARG_TYPE', `option ${name}: text is expected, not ${show(value)}`);
}
