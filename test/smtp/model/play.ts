import assert from 'node:assert/strict';
import { MOST_REPLIES } from '../../../src/smtp/conversation.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import { LMTPServer } from '../../../src/smtp/server/lmtp-server.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { Rig } from '../harness.ts';
import { Application, type Timing } from './application.ts';
import { heldOctets } from './held-octets.ts';
import type { Outcome, Setup } from './setup.ts';
import { certificate } from './certificate.ts';

/** How the octets of a run reach the conversation. */
export interface Delivery {
  /** `lines`: the client waits for each reply (RFC 5321 without RFC 2920). Otherwise cut at these places. */
  readonly cuts: 'lines' | 'octets' | readonly number[];
  /** Whether octets still come after "hold", as from a socket that has read ahead. */
  readonly readsAhead: boolean;
  /** Whether other connections have their turn after every command. */
  readonly interrupted: boolean;
  readonly timings: readonly Timing[];
}

/** Room for what a conversation keeps beside a message: a line of AUTH, read-ahead, small buffers of Node's pool. */
const ROOM = 65_536 + 12_352 + 8192 * 2;

const TOLERATED = ['missing-brackets', 'stray-dots', 'spaces-in-hello', 'auth-after-helo'] as const;

const TLS: TLSInfo = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  servername: null,
  authorized: false,
  peerCertificate: null,
  channelBindings: () => ({ types: [], data: () => undefined }),
};

/** Plays octets to a conversation over an application, holds what must hold at any time, and says what came of it. */
export async function play(setup: Setup, legs: readonly string[], delivery: Delivery): Promise<Outcome> {
  const application = new Application(setup, delivery.timings);
  const rig = rigOf(setup, application);
  rig.interrupted = delivery.interrupted;
  // A chunk that nobody needs any more is given back: whoever still read it would read this.
  rig.giveBack = (chunk) => chunk.fill('!');
  rig.conversation.start(setup.header !== null, false);
  await calm(rig, application);
  for (const leg of legs) {
    let injected = false;
    for (const segment of segments(leg, delivery.cuts)) {
      if (rig.closed !== undefined) break;
      if (rig.tlsRest !== undefined) {
        // It reaches the TLS handshake, and is none.
        injected = true;
        break;
      }
      const { sends, transcript } = rig;
      const busy = rig.held;
      const chunk = Buffer.from(segment, 'latin1');
      rig.conversation.receive(chunk);
      const long = Math.floor((rig.transcript.length - transcript.length) / MOST_REPLIES);
      if (!busy && !delivery.interrupted) assert(rig.sends - sends <= 1 + long, 'one write for each batch');
      if (!delivery.readsAhead) await calm(rig, application);
    }
    await calm(rig, application);
    const limit = setup.dataSizeLimit || leg.length;
    assertHolds(rig, limit * 2 + ROOM);
    if (rig.tlsRest === undefined) break;
    assert.equal(rig.tlsRest.length, 0, 'octets known before STARTTLS is answered belong to no handshake');
    rig.tlsRest = undefined;
    if (injected) rig.conversation.handshakeFailed('octets that are no handshake');
    else rig.conversation.secured(TLS);
    await calm(rig, application);
  }
  const closed = rig.closed !== undefined;
  const { transcript } = rig;
  const stored = [...application.stored];
  await leave(rig, application);
  assert.equal(rig.transcript, transcript, 'nothing is said after the end');
  assert.deepEqual(application.stored, stored, 'nothing is stored after the end');
  return { replies: readTranscript(transcript), stored, closed };
}

function rigOf(setup: Setup, application: Application): Rig {
  const { hasTLS, authenticates, dataSizeLimit, bareNewlines } = setup;
  const { junkCommands, unknownCommands, errors, chunks } = setup;
  const trusted = { trusted: [setup.trusted ? '192.0.2.1' : '198.51.100.1'] };
  return new Rig(
    application.handler,
    {
      dataSizeLimit,
      bareNewlines,
      addressSyntax: setup.strictSyntax ? 'strict' : 'tolerant',
      tolerate: setup.tolerant ? [...TOLERATED, ...(setup.lmtp ? (['missing-domain'] as const) : [])] : [],
      requireStartTLS: setup.requireStartTLS,
      xclient: { ...trusted, encoding: setup.rawXCLIENT ? 'raw' : 'xtext' },
      xforward: trusted,
      limits: { recipients: 100, junkCommands, unknownCommands, errors, chunks },
      timeouts: { authFailure: 1 },
      ...(hasTLS && { tls: certificate }),
      ...(setup.header !== null && { proxyProtocol: { timeout: 5000, trusted: 'anyone' } }),
      ...(authenticates && {
        authenticator: application.authenticator,
        authRequired: setup.authRequired,
        authRequireTLS: setup.authRequireTLS,
        authExcludeMechanism: ['OAUTHBEARER', 'XOAUTH2'],
      }),
    },
    (handler, options) => (setup.lmtp ? new LMTPServer(handler, options) : new SMTPServer(handler, options)),
  );
}

function segments(leg: string, cuts: Delivery['cuts']): string[] {
  if (cuts === 'lines') return leg.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const ends =
    cuts === 'octets' ? [...leg].map((_, at) => at + 1) : cuts.map((cut) => cut % (leg.length + 1));
  const sorted = [...new Set([0, ...ends, leg.length])].toSorted((one, other) => one - other);
  return sorted.slice(1).map((end, index) => leg.slice(sorted[index], end));
}

/** Waits until the conversation reads again, letting the deadline pass where a hook waits for that. */
async function calm(rig: Rig, application: Application): Promise<void> {
  for (let turns = 0; rig.held && rig.closed === undefined; turns++) {
    if (application.stuck.length > 0) rig.expire();
    else if (turns < 100_000) await new Promise((resolve) => setImmediate(resolve));
    else throw new Error('the conversation holds for ever');
  }
}

/** The client is gone: one close event, and hooks that settle now are ignored. */
async function leave(rig: Rig, application: Application): Promise<void> {
  rig.conversation.end();
  rig.conversation.disconnected();
  rig.conversation.receive(Buffer.from('NOOP\r\n'));
  for (const settle of application.stuck) settle();
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(application.closes, 1, 'one close event');
  assert.deepEqual(application.late, [], 'no hook is called after the end');
  assertHolds(rig, 8192 * 2);
}

function assertHolds(rig: Rig, most: number): void {
  const held = heldOctets(rig.conversation);
  assert(held <= most, `the conversation holds ${held} octets, more than ${most}`);
}

const LINE = /(\d{3})([ -])(?:([245]\.\d{1,3}\.\d{1,3})(?: |(?=\r)))?([ -~]*)\r\n/y;

/** Reads replies, every line of which has at most 512 octets, printable ASCII, its code and its enhanced code. */
function readTranscript(transcript: string): string[] {
  const replies: string[] = [];
  let begun: string | undefined;
  LINE.lastIndex = 0;
  while (LINE.lastIndex < transcript.length) {
    const from = LINE.lastIndex;
    const match = LINE.exec(transcript);
    assert(match !== null, `no reply: ${JSON.stringify(transcript.slice(from, from + 100))}`);
    const [line, code = '', more, status] = match;
    // RFC 4954 section 4 lets a challenge be as long as 12,288 octets.
    if (code !== '334') assert(line.length <= 512, `a reply line of ${line.length} octets`);
    if (status !== undefined) assert.equal(status[0], code[0]);
    const said = status === undefined ? code : `${code} ${status}`;
    if (begun !== undefined) assert.equal(said, begun);
    begun = more === '-' ? said : undefined;
    if (more === ' ') replies.push(said);
  }
  assert.equal(begun, undefined, 'the last reply is whole');
  return replies;
}
