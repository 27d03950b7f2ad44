import { join, resolve } from 'node:path';
import type { Envelope } from '../../smtp/api/envelope.ts';
import type { Handler } from '../../smtp/api/handler.ts';
import type { MailServer } from '../../smtp/api/mail-server.ts';
import type { HookReply } from '../../smtp/api/reply.ts';
import type { Session } from '../../smtp/api/session.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import { type Recipient, recipientFolder, tagFolder } from './folder-name.ts';
import { Maildir, type MaildirOptions } from './maildir.ts';

/** Maildirs that are kept at hand; another one is looked at again, which costs a few system calls. */
const MOST_AT_HAND = 1000;

const FOLDERS = { recipient: recipientFolder, tag: tagFolder } as const;

/**
 * The handler that keeps a Maildir for each recipient, or for each tag (`ann+shop@example.net` has the tag `+shop`), in one
 * directory. What is stored is as in `Maildir`; how names of directories are made is in the README of this folder.
 *
 * A message goes into one Maildir; a further recipient with another one is asked to come in a message of its own (452, RFC 5321
 * 4.5.3.1.10). Whoever may name a recipient may make a directory: refuse unknown ones by `handleRCPT` in a subclass, which
 * calls `super.handleRCPT` for the others.
 *
 * @example
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { Maildirs, SMTPServer } from 'truepeer';
 *
 * const directory = await mkdtemp(join(tmpdir(), 'maildirs-'));
 * const server = new SMTPServer(new Maildirs(directory, 'recipient'));
 * console.log(server.connectionCount === 0);
 * await rm(directory, { recursive: true });
 */
export class Maildirs implements Handler {
  readonly #directory: string;
  readonly #options: MaildirOptions;
  readonly #folderOf: (mailbox: Recipient) => string;
  readonly #atHand = new Map<string, Maildir>();

  /**
   * @param directory where the Maildirs are; made when missing
   * @param by what has a Maildir of its own
   * @throws TypeError as `Maildir` does, or when `by` is neither
   */
  constructor(directory: string, by: 'recipient' | 'tag', options: MaildirOptions = {}) {
    if (!Object.hasOwn(FOLDERS, by))
      throw optionError('ERR_INVALID_ARG_VALUE', "by: 'recipient' or 'tag' is expected");
    // Checks the options now, not with the first message.
    this.#directory = resolve(new Maildir(directory, options).directory);
    this.#options = options;
    this.#folderOf = FOLDERS[by];
  }

  /** Accepts: who may send headers is the server's `trusted` list. */
  handlePROXY(): boolean {
    return true;
  }

  /** Takes recipients of one Maildir in a message. */
  handleRCPT(
    _server: MailServer,
    _session: Session,
    { recipients: [first] }: Envelope,
    _address: string,
    _options: readonly string[],
    mailbox: Recipient,
  ): HookReply {
    if (first === undefined || this.#folderOf(first) === this.#folderOf(mailbox)) return;
    return '452 4.5.3 One mailbox a message; send again for this recipient';
  }

  /** Stores a message as it streams in. */
  handleContent(
    server: Pick<MailServer, 'settings'>,
    session: Session,
    envelope: Envelope,
    content: AsyncIterable<Buffer>,
  ): Promise<string | undefined> {
    const [folder, ...others] = new Set(envelope.recipients.map(this.#folderOf));
    // A subclass may have let them in.
    if (folder === undefined || others.length > 0)
      return Promise.resolve('554 5.5.0 The recipients have several mailboxes');
    return this.#maildir(folder).handleContent(server, session, envelope, content);
  }

  #maildir(folder: string): Maildir {
    const maildir = this.#atHand.get(folder) ?? new Maildir(join(this.#directory, folder), this.#options);
    // The last used stands last.
    this.#atHand.delete(folder);
    this.#atHand.set(folder, maildir);
    const [oldest] = this.#atHand.keys();
    if (this.#atHand.size > MOST_AT_HAND && oldest !== undefined) this.#atHand.delete(oldest);
    return maildir;
  }
}
