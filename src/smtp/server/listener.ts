import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { ListenPlace } from '../api/options/listen-target.ts';
import { optionError } from '../../wire/messages/option-error.ts';

/**
 * Begins to listen. A stale Unix socket, which a killed server has left behind, is removed first; a path that is in use
 * or is another kind of file gives EADDRINUSE.
 *
 * @throws the system's error; RangeError for a mode that is none.
 */
export async function listenAt(target: ListenPlace, accept: (socket: Socket) => void): Promise<Server> {
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

async function bind(listener: Server, target: ListenPlace): Promise<void> {
  const options = listenOptions(target);
  try {
    await begin(listener, options);
  } catch (error) {
    if (!('path' in target) || !isInUse(error) || !(await isStale(target.path))) throw error;
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

/** Whether a path is a Unix socket that no process listens on: connecting to it is refused. */
async function isStale(path: string): Promise<boolean> {
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
  throw optionError('ERR_OUT_OF_RANGE', `listen: mode is a number from 0 to 0o777, not ${String(mode)}`);
}

function listenOptions(target: ListenPlace): ListenOptions & { fd?: number } {
  if ('fd' in target) return { fd: target.fd };
  if ('path' in target) return { path: target.path };
  return { port: target.port, host: target.host ?? 'localhost', backlog: 4096 };
}
