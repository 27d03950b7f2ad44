// @ts-check

/**
 * What every child of the bench does: answer its parent's requests one by one, and end with it. Requests are
 * `{ id, request }`, answers `{ id, result }` or `{ id, problem }`.
 *
 * @template Request, Result
 * @param {(request: Request) => Result | Promise<Result>} handle
 */
export function answer(handle) {
  process.on('message', async (/** @type {{ id: number, request: Request }} */ { id, request }) => {
    try {
      process.send?.({ id, result: await handle(request) });
    } catch (error) {
      process.send?.({ id, problem: error instanceof Error ? error.message : 'unknown' });
    }
  });
  process.on('disconnect', () => process.exit(0));
}

/**
 * What a server child tells when asked: CPU seconds so far, and memory. Asked for `'collected'`, it collects garbage
 * first, where Node was started with `--expose-gc`; that stops it for a while, and whoever it serves.
 *
 * @typedef {object} Usage
 * @property {number} cpuSeconds
 * @property {number} rss octets
 * @property {number} heap octets of live objects and of what they hold outside the heap
 */

/**
 * Announces the port and answers `'usage'` and `'collected'`.
 *
 * @param {number} port
 */
export function serving(port) {
  answer((/** @type {'usage' | 'collected'} */ request) => usage(request === 'collected'));
  process.send?.({ ready: port });
}

/**
 * @param {boolean} collected
 * @returns {Usage}
 */
function usage(collected) {
  const { user, system } = process.cpuUsage();
  if (collected) globalThis.gc?.();
  if (collected) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuSeconds: (user + system) / 1e6, rss, heap: heapUsed + external };
}
