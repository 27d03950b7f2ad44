import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** From here on a chunk is worth the call. */
const WORTH = 16_384;

/** `transfer` is of ES2024: Node has it from version 21 on. */
type Memory = ArrayBuffer & { transfer?(length: number): ArrayBuffer };

/**
 * Gives the memory of a chunk back at once. Left to the garbage collector, what a peer goes on sending although nobody
 * keeps it lies about in up to 40 MiB.
 *
 * @param chunk that nothing refers to any more; it is empty afterwards, unless it was small or part of a larger buffer.
 */
export function detachBuffer(chunk: Buffer): void {
  const memory = chunk.buffer as Memory;
  if (chunk.length < WORTH || chunk.length < memory.byteLength) return;
  if (memory.transfer === undefined) transferToNobody(memory);
  else memory.transfer(0);
}

let nobody: MessagePort | undefined;

/** A port that is closed takes what is transferred to it, and drops it. */
function transferToNobody(memory: ArrayBuffer): void {
  if (nobody === undefined) {
    nobody = new MessageChannel().port1;
    nobody.close();
  }
  nobody.postMessage(undefined, [memory]);
}
