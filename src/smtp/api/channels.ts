/** What happens in every server of the process, for observers that are not its handler: `node:diagnostics_channel`. */

import { channel } from 'node:diagnostics_channel';
import type { Envelope } from './envelope.ts';
import type { MailServer } from './mail-server.ts';
import type { CloseReason, Session } from './session.ts';

/**
 * Names of the channels. What is published is the server's own object: do not change it.
 *
 * @example
 * import { subscribe, unsubscribe } from 'node:diagnostics_channel';
 * import { once } from 'node:events';
 * import { connect } from 'node:net';
 * import { CHANNELS, Sink, SMTPServer } from 'truepeer';
 *
 * const note = ({ reason }) => console.log(reason); // quit
 * subscribe(CHANNELS.sessionEnd, note);
 * const server = new SMTPServer(new Sink());
 * const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
 * await once(connect(port, '127.0.0.1').resume().end('QUIT\r\n'), 'close');
 * await server.close();
 * unsubscribe(CHANNELS.sessionEnd, note);
 */
export const CHANNELS = {
  /** A connection begins, before its PROXY header: `SessionEvent`. */
  sessionStart: 'truepeer:session:start',
  /** It has ended: `SessionEndEvent`. */
  sessionEnd: 'truepeer:session:end',
  /** The content of a message has been answered: `MessageEvent`. */
  message: 'truepeer:message',
  /** The server itself has refused a command or content: `RefusalEvent`. */
  refusal: 'truepeer:refusal',
  /** A line of the dialogue: `DialogueEvent`. */
  dialogue: 'truepeer:dialogue',
} as const;

export interface SessionEvent {
  readonly server: MailServer;
  readonly session: Session;
}

export interface SessionEndEvent extends SessionEvent {
  readonly reason: CloseReason;
}

export interface MessageEvent extends SessionEvent {
  readonly envelope: Envelope;
  /** Whether it was accepted; under LMTP for at least one recipient. */
  readonly accepted: boolean;
}

export interface RefusalEvent extends SessionEvent {
  /** The first line of the reply, without its line end. */
  readonly reply: string;
  /** The command, escaped and at most 256 octets of it, without credentials; empty where it is no longer known, null for content. */
  readonly command: string | null;
}

export interface DialogueEvent extends SessionEvent {
  readonly from: 'client' | 'server';
  /**
   * One line without its end, escaped, at most 256 octets of a client's. Credentials are blotted out, and content is a
   * line that says its size.
   */
  readonly text: string;
}

const starts = channel(CHANNELS.sessionStart);
const ends = channel(CHANNELS.sessionEnd);
const messages = channel(CHANNELS.message);
const refusals = channel(CHANNELS.refusal);
const dialogue = channel(CHANNELS.dialogue);

export function tellStart({ server, session }: SessionEvent): void {
  if (starts.hasSubscribers) starts.publish({ server, session } satisfies SessionEvent);
}

export function tellEnd({ server, session }: SessionEvent, reason: CloseReason): void {
  if (ends.hasSubscribers) ends.publish({ server, session, reason } satisfies SessionEndEvent);
}

export function tellMessage({ server, session }: SessionEvent, envelope: Envelope, accepted: boolean): void {
  if (messages.hasSubscribers) {
    messages.publish({ server, session, envelope, accepted } satisfies MessageEvent);
  }
}

/** Whether anybody wants to know of refusals; what is told is not made for nobody. */
export function refusalsHeard(): boolean {
  return refusals.hasSubscribers;
}

export function tellRefusal({ server, session }: SessionEvent, reply: string, command: string | null): void {
  refusals.publish({ server, session, reply, command } satisfies RefusalEvent);
}

/** Whether anybody listens to dialogues. */
export function dialogueHeard(): boolean {
  return dialogue.hasSubscribers;
}

export function tellDialogue(
  { server, session }: SessionEvent,
  from: DialogueEvent['from'],
  text: string,
): void {
  dialogue.publish({ server, session, from, text } satisfies DialogueEvent);
}
