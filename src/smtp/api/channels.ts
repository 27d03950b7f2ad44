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

const starts = channel(CHANNELS.sessionStart);
const ends = channel(CHANNELS.sessionEnd);
const messages = channel(CHANNELS.message);

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
