import { Conversation } from '../../src/smtp/conversation.ts';
import type { Admission } from '../../src/smtp/engine/admission.ts';
import { MemoryBudget } from '../../src/smtp/engine/memory-budget.ts';
import type { Transport } from '../../src/smtp/engine/transport.ts';
import type { Handler } from '../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';
import type { CloseReason } from '../../src/smtp/api/session.ts';
import { SessionState } from '../../src/smtp/engine/session-state.ts';

type Make = (handler: Handler, options: SMTPServerOptions) => SMTPServer;

const standard: Make = (handler, options) => new SMTPServer(handler, options);

/** A conversation with a clock that stands still and a transport that only takes notes. */
export class Rig implements Transport, Admission {
  client: string | undefined = '192.0.2.1';
  readonly content: MemoryBudget;
  readonly envelopes: MemoryBudget;
  readonly session: SessionState;
  readonly conversation: Conversation;
  transcript = '';
  sends = 0;
  /** Replies that were sent in segments of their own. */
  readonly apart: string[] = [];
  held = false;
  deadlineAt = Infinity;
  closed: CloseReason | undefined;
  time = 1000;
  proxied = false;
  admitted = true;
  /** Whether each command ends the turn of this connection. */
  interrupted = false;
  tlsRest: Buffer | undefined;

  /** @param shared what it shares with other rigs; a budget of its own unless given. */
  constructor(
    handler: Handler = {},
    options: SMTPServerOptions = {},
    make: Make = standard,
    shared?: Pick<Admission, 'content' | 'envelopes'>,
  ) {
    const server = make(handler, { hostname: 'mx.test', ...options });
    const { limits } = server.settings;
    this.content = shared?.content ?? new MemoryBudget(limits.contentMemory, limits.contentMemoryPerClient);
    this.envelopes =
      shared?.envelopes ?? new MemoryBudget(limits.envelopeMemory, limits.envelopeMemoryPerClient);
    this.session = new SessionState({ address: '192.0.2.1', port: 4321, family: 'IPv4' });
    this.conversation = new Conversation(
      { server, handler, settings: server.settings },
      this.session,
      this,
      this,
    );
  }

  now(): number {
    return this.time;
  }
  send(replies: string): void {
    this.transcript += replies;
    this.sends++;
  }
  sendApart(reply: string): void {
    this.transcript += reply;
    this.apart.push(reply);
  }
  askForTurn(): void {
    while (this.conversation.readOn());
  }
  turnOver(): boolean {
    return this.interrupted;
  }
  giveBack(_chunk: Buffer): unknown {
    return undefined;
  }
  hold(): void {
    this.held = true;
  }
  release(): void {
    this.held = false;
  }
  deadline(at: number): void {
    this.deadlineAt = at;
  }
  startTLS(rest: Buffer): void {
    this.tlsRest = rest;
  }
  beginAuth(): 'go' {
    return 'go';
  }
  endAuth(): boolean {
    return true;
  }
  admit(): boolean {
    return this.admitted;
  }
  close(reason: CloseReason): void {
    this.closed ??= reason;
  }

  /** Feeds octets and returns the replies they brought. */
  say(text: string | Buffer): string {
    const before = this.transcript.length;
    this.conversation.receive(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
    return this.transcript.slice(before);
  }

  /** Lets the clock run to the deadline. */
  expire(): string {
    const before = this.transcript.length;
    this.time = this.deadlineAt;
    this.conversation.expire();
    return this.transcript.slice(before);
  }
}

/** A rig that has been greeted. */
export function greeted(handler: Handler = {}, options: SMTPServerOptions = {}, make: Make = standard): Rig {
  const rig = new Rig(handler, options, make);
  rig.conversation.start(rig.proxied, false);
  return rig;
}

/** A rig after EHLO. */
export function ready(handler: Handler = {}, options: SMTPServerOptions = {}): Rig {
  const rig = greeted(handler, options);
  rig.say('EHLO client.test\r\n');
  return rig;
}

/** A rig in a transaction with one recipient. */
export function addressed(handler: Handler = {}, options: SMTPServerOptions = {}): Rig {
  const rig = ready(handler, options);
  rig.say('MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n');
  return rig;
}

/** A handler that keeps each message. */
export function keeper(): Handler & { messages: string[] } {
  const messages: string[] = [];
  return {
    messages,
    handleDATA(_server, _session, envelope) {
      messages.push(envelope.content!.toString('latin1'));
    },
  };
}

/** Lets promises that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Feeds a line, and returns the replies once the hooks have answered. */
export async function say(rig: Rig, line: string): Promise<string> {
  const before = rig.transcript.length;
  rig.say(`${line}\r\n`);
  for (let turn = 0; turn < 50 && (rig.held || turn < 2); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await settled();
  }
  return rig.transcript.slice(before);
}
