// @ts-check
import { serving } from './child.mjs';

/**
 * truepeer as it is built. The argument says what becomes of a message: `discard` takes it as one buffer, `stream`
 * reads it as it comes, `maildir` stores it in the folder of that name; and whether a PROXY header comes first. Limits
 * that protect a public server from one client are raised, because all load comes from one address.
 */
const {
  handler = 'discard',
  proxy = false,
  timeout = 5000,
  maildir = '',
} = JSON.parse(process.argv[2] ?? '{}');

/** @type {typeof import('../../../../src/index.ts')} */
const { SMTPServer, Maildir } = await import(new URL('../../../../dist/src/index.js', import.meta.url).href);

const server = new SMTPServer(handler === 'maildir' ? new Maildir(maildir) : discarding(), {
  hostname: 'truepeer.example.net',
  limits: { connections: 100_000, connectionsPerClient: 100_000 },
  ...(proxy ? { proxyProtocol: { timeout, trusted: ['127.0.0.0/8'] } } : {}),
});

/** @returns {import('../../../../src/index.ts').Handler} */
function discarding() {
  return {
    handlePROXY: () => true,
    ...(handler === 'stream' ? { handleContent: drain } : { handleDATA: take }),
  };
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

const address = await server.listen({ host: '127.0.0.1', port: 0 });
serving(address.port);
