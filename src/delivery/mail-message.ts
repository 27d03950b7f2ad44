/** One header field as it was received. */
export interface HeaderField {
  readonly name: string;
  /** The value as sent, unfolded (RFC 5322 section 2.2.3), without the blanks around it. */
  readonly value: string;
}

const CRLF = '\r\n';
/** Fields are read so far: a message of nothing but short ones would take thirty times its octets. */
const HEADER_LIMIT = 1_048_576;

/**
 * A message cut into header fields and body (RFC 5322 section 2.1). Nothing is decoded: encoded words, MIME parts and
 * address lists are for a mail parser, which takes `content`.
 *
 * @example
 * import { MailMessage } from 'truepeer';
 *
 * const message = new MailMessage(Buffer.from('Subject: a folded\r\n subject\r\nTo: b@example.net\r\n\r\nbody\r\n'));
 * console.log(message.get('subject') === 'a folded subject');
 * console.log(message.body.toString() === 'body\r\n');
 */
export class MailMessage {
  /** The octets as they were received. */
  readonly content: Buffer;
  /** The header fields, in order; those that end beyond the first MiB of the message are left out. */
  readonly fields: readonly HeaderField[];
  /** What follows the empty line; empty when there is none. */
  readonly body: Buffer;

  /** @param content the whole message, its lines ended by CRLF */
  constructor(content: Buffer) {
    const end = endOfHeader(content);
    this.content = content;
    this.fields = fieldsOf(content.toString('utf8', 0, Math.min(end, HEADER_LIMIT)), end <= HEADER_LIMIT);
    this.body = content.subarray(Math.min(content.length, end + CRLF.length));
  }

  /** The value of the first field of that name, in any case; `undefined` when there is none. */
  get(name: string): string | undefined {
    return this.getAll(name)[0];
  }

  /** The values of all fields of that name, in any case, in order. */
  getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.fields.filter((field) => field.name.toLowerCase() === wanted).map((field) => field.value);
  }
}

/** Where the empty line stands; the length where there is none. */
function endOfHeader(content: Buffer): number {
  if (content.toString('latin1', 0, CRLF.length) === CRLF) return 0;
  const end = content.indexOf(CRLF + CRLF, 0, 'latin1');
  return end < 0 ? content.length : end + CRLF.length;
}

/** The fields of a header section; a line that is none and continues none is left out, and the last where it is cut. */
function fieldsOf(header: string, whole: boolean): HeaderField[] {
  const lines = header
    .replace(/\r\n$/u, '')
    .replace(/\r\n(?=[ \t])/gu, '')
    .split(CRLF);
  if (!whole) lines.pop();
  const fields: HeaderField[] = [];
  for (const line of lines) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/su.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.push({ name, value: value.trim() });
  }
  return fields;
}
