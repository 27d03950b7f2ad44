/** Tells what happens: the log (`diagnostics`), the hooks that are told and not asked, `node:diagnostics_channel`. */

import {
  dialogueHeard,
  refusalsHeard,
  type SessionEvent,
  tellDialogue,
  tellEnd,
  tellMessage,
  tellRefusal,
  tellStart,
} from '../api/channels.ts';
import { UNHEARD } from '../../proxy/node/diagnostic.ts';
import { ContentError } from '../api/content-error.ts';
import { isThenable } from '../../sasl/state-machine.ts';
import type { Phase } from '../api/phase.ts';
import type { Tolerance } from '../api/options/tolerance.ts';
import { escapeText } from '../../wire/messages/escape.ts';
import { isA } from '../../wire/thrown.ts';
import { formatReply, readReply } from '../api/reply.ts';
import type { EnvelopeState } from './envelope-state.ts';
import type { SessionState } from './session-state.ts';
import type { ServerContext } from './transport.ts';
import type { CloseReason } from '../api/session.ts';

/** Characters of a client's text that a log entry quotes. */
const LONGEST_QUOTE = 200;

export class Observer {
  readonly server: ServerContext['server'];
  private readonly session: SessionState;
  private readonly handler: ServerContext['handler'];
  private readonly settings: ServerContext['settings'];
  #tolerated: Set<Tolerance> | undefined;

  constructor({ server, handler, settings }: ServerContext, session: SessionState) {
    this.server = server;
    this.handler = handler;
    this.settings = settings;
    this.session = session;
  }

  started(): void {
    tellStart(this.event);
  }

  ended(reason: CloseReason): void {
    this.tell(() => this.handler.handleClose?.(this.server, this.session.view, reason));
    tellEnd(this.event, reason);
  }

  /** The content of a message has been answered. */
  answered(envelope: EnvelopeState, accepted: boolean): void {
    tellMessage(this.event, envelope.view, accepted);
  }

  /** Whether anybody wants to know what the server refuses. */
  get hearsRefusals(): boolean {
    return this.settings.diagnostics !== UNHEARD || refusalsHeard();
  }

  /**
   * The server itself has refused a command or content.
   *
   * @param wire the reply.
   * @param command printable, without credentials; undefined for content.
   */
  refused(wire: string, command: string | undefined): void {
    const reply = wire.slice(0, wire.indexOf('\r\n'));
    const text = command === undefined || command === '' ? reply : `${reply}, to: ${command}`;
    const code = command === undefined ? 'message-refused' : 'refused';
    const { id: session, client } = this.session;
    this.settings.diagnostics({ level: 'info', code, text, session, client });
    if (refusalsHeard()) tellRefusal(this.event, reply, command ?? null);
  }

  /** Whether anybody wants to know what is said. */
  get hearsDialogue(): boolean {
    return dialogueHeard();
  }

  /** What the client has said, printable and without credentials. */
  clientSaid(text: string): void {
    tellDialogue(this.event, 'client', text);
  }

  /** Replies, ready for the wire. A challenge may hold what nobody is to see. */
  serverSaid(wire: string): void {
    for (const line of wire.trimEnd().split('\r\n'))
      tellDialogue(this.event, 'server', line.startsWith('334') ? '334 (not shown)' : line);
  }

  aborted(envelope: EnvelopeState, reason: ContentError): void {
    this.tell(() => this.handler.handleAbort?.(this.server, this.session.view, envelope.view, reason));
  }

  timedOut(envelope: EnvelopeState, phase: Phase): void {
    this.tell(() => this.handler.handleTimeout?.(this.server, this.session.view, envelope.view, phase));
  }

  private get event(): SessionEvent {
    return { server: this.server, session: this.session.view };
  }

  /** Something that option `tolerate` allows was done: told once for each name. */
  tolerated(name: Tolerance, text: string): void {
    this.#tolerated ??= new Set();
    if (this.#tolerated.has(name)) return;
    this.#tolerated.add(name);
    this.note('tolerated', `${name}: ${escapeText(text.slice(0, LONGEST_QUOTE))}`);
  }

  /** A line for the log about what is in order; `text` is printable. */
  note(code: string, text: string): void {
    const { id: session, client } = this.session;
    this.settings.diagnostics({ level: 'info', code, text, session, client });
  }

  /** A line for the log; `text` is printable. */
  warn(code: string, text: string): void {
    const { id: session, client } = this.session;
    this.settings.diagnostics({ level: 'warning', code, text, session, client });
  }

  /** A hook has failed, with anything at all. Returns the reply that the handler wants for it, if any; never throws. */
  report(error: unknown): string | undefined {
    if (isA(error, ContentError)) return undefined;
    const text = 'a hook of the handler failed';
    const { id: session, client } = this.session;
    this.settings.diagnostics({ level: 'error', code: 'handler-failed', text, session, client, error });
    try {
      const answer: unknown = this.handler.handleError?.(this.server, this.session.view, error);
      if (isThenable(answer)) Promise.resolve(answer).catch(() => {});
      if (answer === undefined || answer === null) return undefined;
      const reply = readReply(answer, 'handleError', '');
      return reply.code >= 400 ? formatReply(reply) : undefined;
    } catch {
      // A handleError that fails is not reported: it would be reported to itself.
      return undefined;
    }
  }

  /** Calls a hook whose answer nobody waits for. */
  private tell(hook: () => unknown): void {
    const failed = (error: unknown): void => void this.report(error);
    try {
      const result = hook();
      if (isThenable(result)) Promise.resolve(result).then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}
