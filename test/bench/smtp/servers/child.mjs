// @ts-check
import { monitorEventLoopDelay } from 'node:perf_hooks';

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
 * first, where Node was started with `--expose-gc`; that stops it for a while, and whoever it serves. Asked to
 * `'watch'`, it looks at its memory and its event loop all the
 * time from then on.
 *
 * @typedef {object} Usage
 * @property {number} cpuSeconds
 * @property {number} rss octets
 * @property {number} peak octets: the most resident memory since `'watch'`; 0 before
 * @property {number} loopTurn milliseconds: the longest that the event loop was kept since `'watch'`; 0 before
 * @property {number} heap octets of live objects and of what they hold outside the heap
 */

/**
 * Announces the port and answers `'usage'`, `'collected'` and `'watch'`.
 *
 * @param {number} port
 */
export function serving(port) {
  answer((/** @type {'usage' | 'collected' | 'watch'} */ request) => {
    if (request === 'watch') watch();
    return usage(request === 'collected');
  });
  process.send?.({ ready: port });
}

const LOOK_EVERY = 2;
/** Milliseconds between two looks at the event loop, which its histogram counts as delay. */
const LOOP_RESOLUTION = 1;

const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION });

let peak = 0;
/** The most that this process had ever used when the watch began. */
let before = 0;

function watch() {
  if (peak === 0) setInterval(look, LOOK_EVERY).unref();
  loop.enable();
  loop.reset();
  peak = 0;
  before = mostEver();
  look();
}

/** The system's own high-water mark misses nothing, but counts from the start of the process. */
function look() {
  const most = mostEver();
  peak = Math.max(peak, process.memoryUsage.rss(), most > before ? most : 0);
}

function mostEver() {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * @param {boolean} collected
 * @returns {Usage}
 */
function usage(collected) {
  const { user, system } = process.cpuUsage();
  if (collected) globalThis.gc?.();
  if (collected) globalThis.gc?.();
  if (peak > 0) look();
  const { rss, heapUsed, external } = process.memoryUsage();
  const loopTurn = peak > 0 ? Math.max(0, loop.max / 1e6 - LOOP_RESOLUTION) : 0;
  return { cpuSeconds: (user + system) / 1e6, rss, peak, loopTurn, heap: heapUsed + external };
}
