import { createReadStream, statSync } from 'node:fs';
import { createGunzip, constants } from 'node:zlib';
import { absent, unreadable } from '../../shared/input.ts';

/** Octets that come in chunks. */
export interface Source {
  readonly chunks: AsyncGenerator<Buffer>;
  /** Whether somebody may be waiting for what comes: a pipe, not a file. */
  readonly isLive: boolean;
}

/**
 * Opens the file of that name; `undefined` when there is none.
 *
 * @throws UsageError when there is one that cannot be read
 */
export function openNamed(path: string): Source | undefined {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw unreadable(path, { code: 'EISDIR' });
    return { chunks: readable(path), isLive: !stats.isFile() };
  } catch (error) {
    if (absent(error)) return undefined;
    throw unreadable(path, error);
  }
}

async function* readable(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The first octets, at least so many if there are, and all chunks, these included. */
export async function peek(
  chunks: AsyncIterable<Buffer>,
  count: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let size = 0;
  while (size < count) {
    const { done = false, value } = await iterator.next();
    if (done) break;
    first.push(value);
    size += value.length;
  }
  const head = Buffer.concat(first);
  const all = async function* (): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  return { head, all: all() };
}

/** Whether the octets begin like those of gzip (RFC 1952, section 2.3.1). */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * What was compressed with gzip, as it comes. Data that is cut off or damaged gives what can be read of it.
 *
 * @param damaged told what is wrong with the data
 */
export async function* gunzipped(
  chunks: AsyncIterable<Buffer>,
  damaged: (sentence: string) => void,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const state = { isDamaged: false, settle: (): void => undefined };
  const unpacked: Buffer[] = [];
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk));
  gunzip.on('error', () => {
    state.isDamaged = true;
    state.settle();
  });
  const settled = (act: () => void): Promise<void> =>
    new Promise((resolve) => {
      state.settle = resolve;
      act();
    });
  gunzip.once('end', () => state.settle());
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length && !state.isDamaged; at += PIECE) {
      await settled(() => gunzip.write(chunk.subarray(at, at + PIECE), () => state.settle()));
      yield* unpacked.splice(0);
    }
    if (state.isDamaged) break;
  }
  if (!state.isDamaged) await settled(() => gunzip.end());
  yield* unpacked.splice(0);
  if (state.isDamaged) damaged('The data of gzip is damaged behind what was read.');
}

/** Octets that are unpacked at once: what they become, a thousand times as much at most, is held. */
const PIECE = 0x1000;
