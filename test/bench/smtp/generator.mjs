// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './client.mjs';

/**
 * Loads one SMTP server for a given time and counts what it acknowledged. Plain JavaScript and nothing but Node,
 * so that no loader, package or build stands between the clock and the socket.
 *
 * @typedef {object} Load
 * @property {string} host
 * @property {number} port
 * @property {number} connections how many are open at the same time
 * @property {number} messagesPerConnection after so many it says QUIT and opens the next one; 0: never
 * @property {number} size octets of each message, before dots are doubled; at least 256
 * @property {boolean} stuffed every line starts with a dot, doubled on the wire
 * @property {boolean} waits whether it waits for the 250 of one message before it sends the envelope of the next
 * @property {'none' | 'v1' | 'v2'} proxy header sent before anything else
 * @property {number} milliseconds
 * @property {number} [gap] milliseconds of rest before each connection
 *
 * @typedef {object} LoadResult
 * @property {number} messages acknowledged within the time
 * @property {number} seconds
 * @property {number} octets content octets acknowledged
 * @property {number} p50 milliseconds from the last octet written to the 250, median
 * @property {number} p99
 * @property {number} sessionP50 milliseconds from connecting to the end of a session that ended well, median
 * @property {number} sessionP99 the same, 99th percentile
 * @property {number} connections opened in all
 * @property {number} cpuSeconds that the generator itself used
 * @property {string[]} errors what went wrong, a few of it, escaped
 */

const MOST_ERRORS = 5;
const MOST_LATENCIES = 1 << 20;
/** How long after the time is up the last replies may take, in milliseconds. */
const GRACE = 10_000;

/**
 * @param {Load} load
 * @returns {Promise<LoadResult>}
 */
export async function generate(load) {
  const mail = prepareMail(load);
  const latencies = new Float64Array(MOST_LATENCIES);
  const before = process.cpuUsage();
  const start = performance.now();
  const end = start + load.milliseconds;
  let messages = 0;
  let opened = 0;
  /** @type {number[]} */
  const sessions = [];
  /** @type {string[]} */
  const errors = [];
  /** @type {Set<Connection>} */
  const open = new Set();

  /** Keeps one place busy until the time is up. */
  const keepBusy = async () => {
    while (performance.now() < end && errors.length < MOST_ERRORS) {
      if (load.gap !== undefined) await sleep(load.gap);
      opened++;
      const connected = performance.now();
      const problem = await new Promise((resolve) => {
        const connection = new Connection({ host: load.host, port: load.port }, mail, {
          more: (sent) =>
            performance.now() < end &&
            (load.messagesPerConnection === 0 || sent < load.messagesPerConnection),
          acknowledged: (took) => {
            if (performance.now() > end) return;
            latencies[messages % MOST_LATENCIES] = took;
            messages++;
          },
          closed: (sentence) => {
            open.delete(connection);
            resolve(sentence);
          },
        });
        open.add(connection);
      });
      if (problem === '') sessions.push(performance.now() - connected);
      else errors.push(problem);
    }
  };

  const tooLate = setTimeout(() => {
    errors.push(`${open.size} connections did not finish within ${GRACE} ms`);
    for (const connection of open) connection.destroy();
  }, load.milliseconds + GRACE);
  await Promise.all(Array.from({ length: load.connections }, keepBusy));
  clearTimeout(tooLate);

  const times = latencies.subarray(0, Math.min(messages, MOST_LATENCIES)).toSorted();
  const ended = sessions.toSorted((a, b) => a - b);
  const { user, system } = process.cpuUsage(before);
  return {
    messages,
    seconds: load.milliseconds / 1000,
    octets: messages * load.size,
    p50: at(times, 0.5),
    p99: at(times, 0.99),
    sessionP50: at(ended, 0.5),
    sessionP99: at(ended, 0.99),
    connections: opened,
    cpuSeconds: (user + system) / 1e6,
    errors: errors.slice(0, MOST_ERRORS),
  };
}

/**
 * The value that a share of the sorted values lies below; not a number when there is none.
 *
 * @param {ArrayLike<number>} sorted
 * @param {number} share
 */
function at(sorted, share) {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

/**
 * What is written, made once. An envelope is one group and one write; the content of one message and the envelope
 * of the next are too (RFC 2920, 3.1), unless the load says that it waits.
 *
 * @param {Pick<Load, 'size' | 'stuffed' | 'proxy' | 'waits'>} load
 * @returns {import('./client.mjs').Mail}
 */
export function prepareMail(load) {
  const envelope = 'MAIL FROM:<load@example.org>\r\nRCPT TO:<sink@example.net>\r\nDATA\r\n';
  const content = message(load.size, load.stuffed);
  return {
    header: proxyHeader(load.proxy),
    hello: Buffer.from('EHLO load.example.org\r\n'),
    envelope: Buffer.from(envelope),
    content: load.waits ? Buffer.from(content, 'latin1') : undefined,
    contentThenEnvelope: Buffer.from(content + envelope, 'latin1'),
    contentThenQuit: Buffer.from(content + 'QUIT\r\n', 'latin1'),
  };
}

/**
 * Content of exactly `size` octets before dots are doubled, and the dot that ends it.
 *
 * @param {number} size
 * @param {boolean} stuffed
 */
function message(size, stuffed) {
  const dot = stuffed ? '.' : '';
  const line = `${dot}The quick brown fox jumps over the lazy dog, again and again.\r\n`;
  let text = stuffed ? '' : 'From: <load@example.org>\r\nTo: <sink@example.net>\r\nSubject: load\r\n\r\n';
  const shortest = dot.length + 2;
  text += line.repeat(Math.floor((size - text.length - shortest) / line.length));
  text += `${dot}${'x'.repeat(size - text.length - shortest)}\r\n`;
  return `${stuffed ? text.replaceAll(/^\./gm, '..') : text}.\r\n`;
}

/** @param {Load['proxy']} version */
function proxyHeader(version) {
  if (version === 'none') return Buffer.alloc(0);
  if (version === 'v1') return Buffer.from('PROXY TCP4 203.0.113.7 192.0.2.25 43210 25\r\n');
  return Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c0000219a8ca0019', 'hex');
}
