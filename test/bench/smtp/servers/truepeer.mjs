// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { serving } from './child.mjs';

/**
 * truepeer as it is built, or from its `sources`, which need a loader. The argument says what becomes of a message:
 * `discard` takes it as one buffer, `stream` reads it as it comes, `slow` takes a rest after every 64 KiB, `maildir`
 * stores it in the folder of that name, `busy` computes for a millisecond at each recipient; whether a PROXY header comes first; and other `options` of the server. Limits
 * that protect a public server from one client are raised, because all load comes from one address.
 */
const {
  handler = 'discard',
  proxy = false,
  timeout = 5000,
  maildir = '',
  sources = false,
  options = {},
} = JSON.parse(process.argv[2] ?? '{}');
const REST_AFTER = 65_536;

const entry = sources ? '../../../../src/index.ts' : '../../../../dist/src/index.js';
/** @type {typeof import('../../../../src/index.ts')} */
const { SMTPServer, Maildir } = await import(new URL(entry, import.meta.url).href);

const server = new SMTPServer(handler === 'maildir' ? new Maildir(maildir) : discarding(), {
  hostname: 'truepeer.example.net',
  ...options,
  limits: {
    connections: 100_000,
    connectionsPerClient: 100_000,
    halfOpenHeaders: 100_000,
    ...options.limits,
  },
  ...(proxy ? { proxyProtocol: { timeout, trusted: ['127.0.0.0/8'] } } : {}),
});

/** @returns {import('../../../../src/index.ts').Handler} */
function discarding() {
  return {
    handlePROXY: () => true,
    ...(handler === 'busy' ? { handleRCPT: compute } : {}),
    ...(handler === 'discard' || handler === 'busy'
      ? { handleDATA: take }
      : { handleContent: handler === 'slow' ? drainSlowly : drain }),
  };
}

/** A hook that takes a millisecond of everybody's time. */
function compute() {
  const end = performance.now() + 1;
  while (performance.now() < end);
}

/**
 * @param {unknown} _server
 * @param {unknown} _session
 * @param {import('../../../../src/index.ts').Envelope} envelope
 */
function take(_server, _session, envelope) {
  if (envelope.content?.length !== envelope.size) throw new Error('the message is not whole');
}

/**
 * @param {unknown} _server
 * @param {unknown} _session
 * @param {unknown} _envelope
 * @param {AsyncIterable<Buffer>} content
 */
async function drain(_server, _session, _envelope, content) {
  const chunks = content[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}

/**
 * @param {unknown} _server
 * @param {unknown} _session
 * @param {unknown} _envelope
 * @param {AsyncIterable<Buffer>} content
 */
async function drainSlowly(_server, _session, _envelope, content) {
  let awake = 0;
  for await (const piece of content) {
    awake += piece.length;
    if (awake < REST_AFTER) continue;
    awake = 0;
    await sleep(1);
  }
}

const address = await server.listen({ host: '127.0.0.1', port: 0 });
serving(address.port);
