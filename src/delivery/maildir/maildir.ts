import type { Envelope } from '../../smtp/api/envelope.ts';
import type { Handler } from '../../smtp/api/handler.ts';
import { traceField } from '../../smtp/content/received.ts';
import type { MailServer } from '../../smtp/api/mail-server.ts';
import type { Session } from '../../smtp/api/session.ts';
import type { Access } from './access.ts';
import { envelopeFields } from './envelope-fields.ts';
import { MaildirStore } from './store.ts';
import type { StoredMessage } from './store.ts';
import { StorageFault } from './storage-fault.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import { heard } from '../../wire/heard.ts';
import { object } from '../../wire/messages/option-names.ts';
import { causeOf, isA } from '../../wire/thrown.ts';

export interface MaildirOptions extends Access {
  /**
   * The name of the header field that keeps an envelope recipient, one field for each; `null` for none.
   * Default: `X-Original-To`.
   */
  readonly recipientField?: string | null;
  /** Whether a `Received` field is put before the message (RFC 5321 section 4.4); default true. */
  readonly received?: boolean;
  /** Called when a message is safely on disk, before its reply. */
  readonly onStored?: (message: StoredMessage, session: Session, envelope: Envelope) => void;
  /** Called when a message could not be stored; the sender only hears 452 or 451. Default: a process warning. */
  readonly onFault?: (fault: StorageFault, session: Session, envelope: Envelope) => void;
}

const KNOWN: Record<keyof MaildirOptions, true> = {
  recipientField: true,
  received: true,
  onStored: true,
  onFault: true,
  fileMode: true,
  directoryMode: true,
  group: true,
};

/**
 * The handler that keeps every message in one Maildir. A message gets its 250 only after it is safely on disk
 * (RFC 5321 section 6.1); a full disk gives 452, any other fault of the disk 451, and nothing is left behind.
 *
 * It takes mail for any recipient and sends nothing on. Behind a balancer it accepts every PROXY header that the
 * server found valid. Folders that are removed while it runs are made again. A file begins with `Return-Path`, one field for each envelope recipient, and the `Received`
 * field, which names the original client; then the message as it was received, line ends included.
 *
 * @example
 * import { mkdtemp, readdir, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { Maildir, SMTPServer } from 'truepeer';
 *
 * const directory = await mkdtemp(join(tmpdir(), 'maildir-'));
 * const maildir = new Maildir(directory);
 * await maildir.prepare();
 * const server = new SMTPServer(maildir);
 * await server.listen({ host: '127.0.0.1', port: 0 });
 * await server.close();
 * console.log((await readdir(directory)).join() === 'cur,new,tmp');
 * await rm(directory, { recursive: true });
 */
export class Maildir implements Handler {
  readonly #store: MaildirStore;
  readonly #recipientField: string | null;
  readonly #received: boolean;
  readonly #onStored: MaildirOptions['onStored'];
  readonly #onFault: NonNullable<MaildirOptions['onFault']>;

  /**
   * @param directory the Maildir; made when missing, with its folders `tmp`, `new` and `cur`
   * @throws TypeError when `directory` is no path, `recipientField` is not the name of a header field, or an
   *   option is unknown
   */
  constructor(directory: string, options: MaildirOptions = {}) {
    object('', options, KNOWN);
    const { recipientField = 'X-Original-To', received = true, onStored, onFault = warn } = options;
    if (recipientField !== null && !/^[!-9;-~]{1,70}$/u.test(recipientField)) {
      throw optionError(
        'ERR_INVALID_ARG_VALUE',
        'option recipientField: the name of a header field, or null, is expected',
      );
    }
    this.#store = new MaildirStore(directory, options);
    this.#recipientField = recipientField;
    this.#received = received;
    this.#onStored = onStored;
    this.#onFault = onFault;
  }

  /** The Maildir's absolute path. */
  get directory(): string {
    return this.#store.directory;
  }

  /**
   * Makes the directories (0700) where they are missing and clears `tmp` of files older than 36 hours. Optional:
   * the first message does it, too.
   *
   * @throws StorageFault when the Maildir cannot be used; the next call tries again
   */
  prepare(): Promise<void> {
    return heard(this.#store.prepare());
  }

  /**
   * Octets that the Maildir's file system has left for this process.
   *
   * @throws StorageFault when the Maildir cannot be used
   */
  freeSpace(): Promise<number> {
    return heard(this.#store.freeSpace());
  }

  /** Accepts: who may send headers is the server's `trusted` list. */
  handlePROXY(): boolean {
    return true;
  }

  /**
   * Stores a message as it streams in.
   *
   * @returns the reply when the disk failed, otherwise nothing: the server's own 250
   * @throws whatever ends the content early; nothing is stored then
   */
  handleContent(
    server: Pick<MailServer, 'settings'>,
    session: Session,
    envelope: Envelope,
    content: AsyncIterable<Buffer>,
  ): Promise<string | undefined> {
    return heard(this.#take(server, session, envelope, content));
  }

  async #take(
    server: Pick<MailServer, 'settings'>,
    session: Session,
    envelope: Envelope,
    content: AsyncIterable<Buffer>,
  ): Promise<string | undefined> {
    const { hostname } = server.settings;
    const trace = this.#received ? traceField(session, envelope, { hostname }) : '';
    const fields = envelopeFields(envelope, trace, this.#recipientField);
    try {
      const stored = await this.#store.store(fields, content, envelope.signal);
      notify(() => this.#onStored?.(stored, session, envelope));
      return undefined;
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      notify(() => this.#onFault(error, session, envelope));
      return error.reply;
    }
  }
}

/** Calls a listener. An error of it must not refuse a stored message, which the sender would send again. */
function notify(listener: () => unknown): void {
  const failed = (error: unknown): void => process.emitWarning(isA(error, Error) ? error : causeOf(error));
  // One that is declared async rejects where others throw; Node would end the process.
  new Promise((resolve) => resolve(listener())).catch(failed);
}

function warn(fault: StorageFault): void {
  process.emitWarning(`A message could not be stored: ${fault.message}`, { code: 'TRUEPEER_MAILDIR' });
}
