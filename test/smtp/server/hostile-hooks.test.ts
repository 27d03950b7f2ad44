/** What hooks do to the objects they are given changes neither what the server does nor what it believes. */

import { describe, expect, it } from 'vitest';
import { MEMBERS } from '../../../src/smtp/api/options/handler-checks.ts';
import type { Envelope } from '../../../src/smtp/api/envelope.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import type { Session } from '../../../src/smtp/api/session.ts';
import { Client, serve } from '../loopback.ts';
import { certificate } from '../model/certificate.ts';

type Hook = Extract<keyof Handler, `handle${string}`>;
type Meddle = (session: Session, envelope: Envelope | undefined) => void;

const HEADER = 'PROXY TCP4 203.0.113.7 192.0.2.1 4321 25\r\n';
const FORGED = { address: '198.51.100.66', port: 1, family: 'IPv4', proxied: true } as const;

/** Freezes an object and all that can be reached from it, by getters of its classes, too. */
function freezeAll(object: unknown, seen = new Set<object>()): void {
  if (typeof object !== 'object' || object === null || ArrayBuffer.isView(object) || seen.has(object)) return;
  seen.add(object);
  for (let level: object | null = object; level !== null && level !== Object.prototype;) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      freezeAll(get === undefined ? (level as Record<string, unknown>)[name] : get.call(object), seen);
    level = Object.getPrototypeOf(level) as object | null;
  }
  Object.freeze(object);
}

const throwing = {
  get(): never {
    throw new Error('read by the server');
  },
};
const NAMES = ['id', 'peer', 'client', 'greeted', 'statusCodes', 'tls', 'identity', 'proxyData', 'extended'];

/** Changes that JavaScript allows. */
const ALLOWED: Readonly<Record<string, Meddle>> = {
  'freezes the session': (session) => void Object.freeze(session),
  'freezes the envelope': (_session, envelope) => void Object.freeze(envelope),
  'freezes all it can reach': (session, envelope) => {
    freezeAll(session);
    freezeAll(envelope);
  },
  'gives the session another client': (session) =>
    void Object.defineProperty(session, 'client', { value: FORGED, configurable: true }),
  'gives the session getters that throw': (session) => {
    for (const name of NAMES) Object.defineProperty(session, name, { ...throwing, configurable: true });
  },
  'gives the envelope getters that throw': (_session, envelope) => {
    if (envelope === undefined) return;
    for (const name of ['mailFrom', 'rcptTos', 'content', 'size', 'body', 'signal'])
      Object.defineProperty(envelope, name, { ...throwing, configurable: true });
  },
  'takes their classes away': (session, envelope) => {
    Object.setPrototypeOf(session, null);
    if (envelope !== undefined) Object.setPrototypeOf(envelope, null);
  },
  'keeps its own data and content': (session, envelope) => {
    session.data = { password: 'x' };
    if (envelope === undefined) return;
    envelope.data = 1;
    envelope.content = Buffer.from('other');
  },
};

/** Changes that are refused with a TypeError: to facts of the server, and to what is reached by them. */
const REFUSED: Readonly<Record<string, Meddle>> = {
  'session.client = ...': (session) => void Object.assign(session, { client: FORGED }),
  'session.client.address = ...': ({ client }) => void Object.assign(client, FORGED),
  'session.peer.address = ...': ({ peer }) => void Object.assign(peer, FORGED),
  'session.identity = ...': (session) => void Object.assign(session, { identity: { identity: 'root' } }),
  'session.hostName = ...': (session) => void Object.assign(session, { hostName: 'other.test' }),
  'envelope.mailFrom = ...': (_session, envelope) =>
    void Object.assign(envelope ?? Object.freeze({ mailFrom: '' }), { mailFrom: 'root@mx.test' }),
  'envelope.rcptTos.push(...)': (_session, envelope) =>
    void ((envelope?.rcptTos ?? Object.freeze([])) as string[]).push('root@mx.test'),
  'envelope.rcptTos.length = 0': (_session, envelope) =>
    void Object.assign(envelope?.rcptTos ?? Object.freeze([]), { length: 0 }),
};

/** A handler in which one hook meddles, and does nothing else. */
function meddler(hook: Hook | undefined, meddle: Meddle, base: Handler): Handler {
  if (hook === undefined) return base;
  const own = base[hook] as ((...args: unknown[]) => unknown) | undefined;
  const meddling = (server: unknown, session: Session, ...rest: unknown[]): unknown => {
    const [envelope] = rest;
    const isEnvelope = !['handleClose', 'handleError'].includes(hook);
    // The hook itself is given objects that work.
    const answer = own?.(server, session, ...rest);
    meddle(session, isEnvelope ? (envelope as Envelope) : undefined);
    return answer;
  };
  return { ...base, [hook]: meddling };
}

const fails = (): never => {
  throw new Error('a hook that fails');
};

/** Hooks that the dialogues need; the transcript shows what the server believes. */
const whole = (): Handler => ({
  handlePROXY: () => true,
  handleVRFY: fails,
  handleDATA: () => undefined,
});
const streaming = (): Handler => ({
  handlePROXY: () => true,
  async handleContent(_server, _session, _envelope, content) {
    for await (const piece of content) void piece;
  },
});

interface Outcome {
  readonly transcript: string;
  /** The clients that the log names. */
  readonly clients: ReadonlySet<string>;
}

async function run(handler: Handler, hasTimeout: boolean): Promise<Outcome> {
  const clients = new Set<string>();
  const options: SMTPServerOptions = {
    proxyProtocol: { timeout: 5000, trusted: ['127.0.0.1'] },
    tls: certificate,
    authenticator: () => false,
    timeouts: { authFailure: 1, content: hasTimeout ? 200 : 5000, linger: 200 },
    diagnostics: ({ client }) => client !== undefined && clients.add(String(client.address)),
  };
  const { server, dial } = await serve(handler, options);
  const client = dial();
  client.socket.write(HEADER);
  let transcript = '';
  try {
    transcript += await client.until('\r\n');
    for (const line of ['HELO c.test', 'EHLO c.test', 'STARTTLS']) transcript += await client.ask(line);
    await client.secure();
    const lines = ['EHLO c.test', 'AUTH PLAIN AGEAYg==', 'NOOP', 'HELP', 'VRFY x', 'EXPN x', 'RSET'];
    for (const line of [...lines, 'MAIL FROM:<a@a.test>', 'RCPT TO:<b@b.test>', 'RCPT TO:<c@c.test>', 'DATA'])
      transcript += await client.ask(line);
    if (hasTimeout) transcript += await client.until('\r\n');
    else for (const line of ['one\r\n.', 'QUIT']) transcript += await client.ask(line);
  } catch (error) {
    transcript += (error as Error).message;
  }
  transcript += await client.ended;
  while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  // The server lives: it greets the next one, and stops.
  const next: Client = dial();
  next.socket.write(HEADER);
  await Promise.race([next.until('\r\n').catch(() => {}), next.ended]);
  next.socket.destroy();
  await server.close({ drain: 0 });
  return { transcript, clients };
}

const HOOKS = Object.keys(MEMBERS).filter((name): name is Hook => name.startsWith('handle'));
const LATE: readonly Hook[] = ['handleTimeout', 'handleAbort'];

function dialogue(hook: Hook | undefined, meddle: Meddle): Promise<Outcome> {
  const late = hook !== undefined && LATE.includes(hook);
  const base = hook === 'handleContent' || late ? streaming() : whole();
  return run(meddler(hook, meddle, base), late);
}

describe('a hook that changes its session or envelope', () => {
  it.each(HOOKS)('%s: what JavaScript allows changes nothing on the wire or in the log', async (hook) => {
    const plain = await dialogue(hook, () => {});
    expect(plain.transcript).toMatch(/221 2\.0\.0|421 4\.4\.2/);
    for (const [name, meddle] of Object.entries(ALLOWED))
      expect({ name, ...(await dialogue(hook, meddle)) }).toEqual({ name, ...plain });
  });

  it.each(HOOKS)('%s: what is refused fails the hook alone, and forges nothing', async (hook) => {
    for (const [name, meddle] of Object.entries(REFUSED)) {
      const { transcript, clients } = await dialogue(hook, meddle);
      expect({ name, clients: [...clients] }).toEqual({ name, clients: ['203.0.113.7'] });
      // Every line is a whole reply: the session went on, or ended as one that has failed.
      expect(
        transcript.split('\r\n').every((line) => line === '' || /^(?:\d{3}[ -]|closed after)/.test(line)),
      ).toBe(true);
    }
  });
});
