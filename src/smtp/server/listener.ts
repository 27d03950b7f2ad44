import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import * as check from '../api/option-checks.ts';
import { show } from '../../wire/escape.ts';
import type { BareNewlines } from '../api/options.ts';

/** Where to listen: a TCP port (0 picks a free one), a Unix socket, or a descriptor inherited from the parent. */
export type ListenTarget = (
  | { readonly port: number; readonly host?: string }
  | {
      readonly path: string;
      /** Rights of the socket such as 0o660, set before `listen` resolves; default what the umask leaves. */
      readonly mode?: number;
    }
  | { readonly fd: number }
) & {
  /** Implicit TLS (RFC 8314), after the PROXY header where there is one; needs option `tls`. */
  readonly tls?: boolean;
  /** The policy of this listener for a bare CR or LF, in place of the server's option `bareNewlines`. */
  readonly bareNewlines?: BareNewlines;
};

/** The names of everything a target may hold. */
const NAMES = { port: true, host: true, path: true, mode: true, fd: true, tls: true, bareNewlines: true };
const KINDS = ['port', 'path', 'fd'] as const;

/**
 * Checks a target as options are checked.
 *
 * @returns the target without what is undefined.
 * @throws TypeError or RangeError that names what is wrong and says what is allowed.
 */
export function readTarget(given: ListenTarget): ListenTarget {
  check.object('listen', given, NAMES);
  const target: { readonly [name in keyof typeof NAMES]?: unknown } = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const kinds = KINDS.filter((name) => name in target);
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? 'none of them' : kinds.join(' and ');
    throw new TypeError(`listen: one of ${KINDS.join(', ')} is expected, not ${found}`);
  }
  if ('port' in target) check.integer('listen.port', target.port, 0, 65535);
  if ('fd' in target) check.integer('listen.fd', target.fd, 0);
  for (const name of ['host', 'path'] as const) if (name in target) text(`listen.${name}`, target[name]);
  if ('tls' in target) check.boolean('listen.tls', target.tls);
  for (const [name, kind] of [
    ['host', 'port'],
    ['mode', 'path'],
  ] as const)
    if (name in target && !(kind in target)) throw new TypeError(`listen: ${name} goes with ${kind} only`);
  return target as ListenTarget;
}

function text(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`option ${name}: text is expected, not ${show(value)}`);
}

/**
 * Begins to listen. A Unix socket that a killed server has left behind is taken away; one that somebody still
 * listens on, and any other kind of file, is left alone: EADDRINUSE.
 *
 * @throws the system's error; RangeError for a mode that is none.
 */
export async function listenAt(target: ListenTarget, accept: (socket: Socket) => void): Promise<Server> {
  const mode = 'path' in target ? readMode(target.mode) : undefined;
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  await bind(listener, target);
  if ('path' in target && mode !== undefined) {
    try {
      await chmod(target.path, mode);
    } catch (error) {
      listener.close();
      throw error;
    }
  }
  return listener;
}

async function bind(listener: Server, target: ListenTarget): Promise<void> {
  const options = listenOptions(target);
  try {
    await begin(listener, options);
  } catch (error) {
    if (!('path' in target) || !isInUse(error) || !(await isLeftBehind(target.path))) throw error;
    await unlink(target.path);
    await begin(listener, options);
  }
}

function begin(listener: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options, () => {
      listener.off('error', reject);
      resolve();
    });
  });
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/** A socket that refuses connections has nobody behind it. */
async function isLeftBehind(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isSocket() !== true) return false;
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function readMode(mode: number | undefined): number | undefined {
  if (mode === undefined || (Number.isInteger(mode) && mode >= 0 && mode <= 0o777)) return mode;
  throw new RangeError(`listen: mode is a number from 0 to 0o777, not ${String(mode)}`);
}

function listenOptions(target: ListenTarget): ListenOptions & { fd?: number } {
  if ('fd' in target) return { fd: target.fd };
  if ('path' in target) return { path: target.path };
  return { port: target.port, host: target.host ?? 'localhost', backlog: 4096 };
}
