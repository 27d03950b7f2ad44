import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/**
 * Removes a Unix socket on which nobody listens any more, as a process leaves one behind that was killed. Whatever
 * else has that name stays.
 */
export async function removeDeadSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true || (await connectFailure(path)) !== 'ECONNREFUSED') return;
  await unlink(path).catch(() => undefined);
}

/** Why nobody can be reached there; `undefined` when somebody can. */
function connectFailure(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => done(undefined));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => done(code));
  });
}
