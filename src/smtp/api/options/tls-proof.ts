import type { SecureContextOptions } from 'node:tls';
import { Worker } from 'node:worker_threads';

/** How long a proof may take, in milliseconds. */
const PATIENCE = 10_000;
/** Octets of the answer: whether it is there, its length, its text. */
const ANSWER = 4096;

/**
 * Runs a TLS handshake in memory with each of the contexts, against a client that takes every protocol version, cipher and
 * certificate. Whether a handshake can succeed at all is known to OpenSSL alone: keys, certificates, versions, ciphers,
 * curves and signature algorithms must fit each other.
 *
 * It waits for the result, some 25 ms: handshakes are driven by an event loop, here by that of a thread of its own, so that
 * a server can be refused by its constructor. Where there can be no thread (the permission model of Node), or it does not
 * answer in 10 seconds, nothing is proven and nothing is refused.
 *
 * @returns for each context why no handshake succeeds, or null.
 */
export function proveHandshakes(contexts: readonly SecureContextOptions[]): readonly (string | null)[] {
  const unproven = contexts.map(() => null);
  const answer = new SharedArrayBuffer(ANSWER);
  const state = new Int32Array(answer, 0, 2);
  try {
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: { answer, contexts },
      // Preloaded modules and other options of the process are not for this thread.
      env: {},
      execArgv: [],
    });
    worker.unref();
    worker.on('error', () => {});
    const outcome = Atomics.wait(state, 0, 0, PATIENCE);
    void worker.terminate();
    if (outcome === 'timed-out') return unproven;
  } catch {
    return unproven;
  }
  const text = Buffer.from(answer, state.byteLength, state[1]).toString();
  return JSON.parse(text) as (string | null)[];
}

/** CommonJS, as text: a thread that loads no file works from sources, from a package and from a bundle. */
const PROGRAM = `
'use strict';
const { Duplex } = require('node:stream');
const tls = require('node:tls');
const { workerData: { answer, contexts } } = require('node:worker_threads');

const EVERY_CIPHER =
  'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:' +
  'TLS_AES_128_CCM_8_SHA256:ALL:eNULL:@SECLEVEL=0';

function pair() {
  const ends = [];
  const end = (other) =>
    new Duplex({
      read() {},
      write(octets, encoding, done) {
        ends[other].push(octets);
        done();
      },
      final(done) {
        ends[other].push(null);
        done();
      },
    });
  ends.push(end(1), end(0));
  return ends;
}

const VERSIONS = { 0x0301: 'TLSv1', 0x0302: 'TLSv1.1', 0x0303: 'TLSv1.2', 0x0304: 'TLSv1.3' };
const { SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3 } = require('node:constants');
const NO_VERSION = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;

// The curves of the server, and those that certificates usually have; OpenSSL takes no curve twice, by any name.
function curvesWith(own) {
  if (own === 'auto') return own;
  return ['X25519', 'P-256', 'P-384', 'P-521'].reduce((list, curve) => {
    try {
      tls.createSecureContext({ ecdhCurve: list + ':' + curve });
      return list + ':' + curve;
    } catch {
      return list;
    }
  }, own);
}

async function prove(options) {
  const secureContext = tls.createSecureContext(options);
  const fault = await handshake(secureContext, options, 'TLSv1.3');
  if (fault !== null) return fault;
  // The oldest version that the context allows, too, unless it is ruled out bit by bit.
  const oldest = VERSIONS[secureContext.context.getMinProto?.()];
  if (oldest === undefined || oldest === 'TLSv1.3' || (options.secureOptions & NO_VERSION) !== 0) return null;
  const old = await handshake(secureContext, options, oldest);
  return old && oldest + ', which minVersion allows: ' + old;
}

function handshake(secureContext, { ecdhCurve = 'auto' }, maxVersion) {
  return new Promise((resolve) => {
    const [near, far] = pair();
    const failed = (error) => resolve(String(error.reason ?? error.code ?? error.message));
    const server = new tls.TLSSocket(far, { isServer: true, secureContext });
    server.on('secure', () => resolve(null));
    server.on('error', failed);
    const client = tls.connect({
      socket: near,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion,
      ciphers: EVERY_CIPHER,
      minDHSize: 1,
      ecdhCurve: curvesWith(ecdhCurve),
    });
    // The server's own error says more than the alert that the client is sent.
    client.on('error', (error) => setImmediate(failed, error));
  });
}

function tell(faults) {
  const state = new Int32Array(answer, 0, 2);
  if (state[0] !== 0) return;
  const text = Buffer.from(JSON.stringify(faults));
  text.copy(new Uint8Array(answer, state.byteLength));
  state[1] = text.length;
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
}

process.on('exit', () => tell(contexts.map(() => 'the handshake has no result')));
Promise.all(contexts.map((options) => prove(options).catch((error) => String(error.message)))).then(tell);
`;
