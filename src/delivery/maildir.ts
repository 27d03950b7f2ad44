import { envelopeFields } from './envelope-fields.ts';
import type { EnvelopeFacts } from './envelope-fields.ts';
import { MaildirStore } from './maildir-store.ts';
import type { StoredMessage } from './maildir-store.ts';
import { StorageFault } from './storage-fault.ts';

/** What `Maildir` needs to know of an envelope. */
export interface MaildirEnvelope extends EnvelopeFacts {
  readonly signal?: AbortSignal | undefined;
}

export interface MaildirOptions<Session, Envelope> {
  /** Makes the `Received` field. */
  traceField: (session: Session, envelope: Envelope) => string;
  /**
   * The name of the header field that keeps an envelope recipient, one field for each; `null` for none.
   * Default: `X-Original-To`.
   */
  recipientField?: string | null;
  /** Called when a message is safely on disk, before its reply. */
  onStored?: (message: StoredMessage, session: Session, envelope: Envelope) => void;
  /** Called when a message could not be stored; the sender only hears 452 or 451. Default: a process warning. */
  onFault?: (fault: StorageFault, session: Session, envelope: Envelope) => void;
}

/**
 * The handler that keeps every message in one Maildir. A message gets its 250 only after it is safely on disk; a
 * full disk gives 452, any other fault of the disk 451, and nothing is left behind.
 *
 * It takes mail for any recipient and sends nothing on. Behind a balancer it accepts every PROXY header that the
 * server found valid.
 */
export class Maildir<Session = unknown, Envelope extends MaildirEnvelope = MaildirEnvelope> {
  readonly #store: MaildirStore;
  readonly #options: MaildirOptions<Session, Envelope>;

  constructor(directory: string, options: MaildirOptions<Session, Envelope>) {
    this.#store = new MaildirStore(directory);
    this.#options = options;
  }

  /** The Maildir's absolute path. */
  get directory(): string {
    return this.#store.directory;
  }

  /**
   * Makes the directories where they are missing and clears `tmp` of files older than 36 hours. Optional: the
   * first message does it, too.
   *
   * @throws StorageFault when the Maildir cannot be used
   */
  prepare(): Promise<void> {
    return this.#store.prepare();
  }

  handlePROXY(): boolean {
    return true;
  }

  /**
   * Stores a message as it streams in.
   *
   * @returns the reply when the disk failed, otherwise nothing: the server's own 250
   * @throws whatever ends the content early; nothing is stored then
   */
  async handleContent(
    _server: unknown,
    session: Session,
    envelope: Envelope,
    content: AsyncIterable<Buffer>,
  ): Promise<string | undefined> {
    const { traceField, recipientField = 'X-Original-To', onStored, onFault = warn } = this.#options;
    const fields = envelopeFields(envelope, traceField(session, envelope), recipientField);
    try {
      const stored = await this.#store.store(fields, content, envelope.signal);
      if (onStored !== undefined) tell(() => onStored(stored, session, envelope));
      return undefined;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      onFault(error, session, envelope);
      return error.reply;
    }
  }
}

/** Calls a listener. What it throws must not turn a stored message into a refused one, which would come again. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function warn(fault: StorageFault): void {
  process.emitWarning(`A message could not be stored: ${fault.message}`, { code: 'TRUEPEER_MAILDIR' });
}
