import { isUtf8 } from 'node:buffer';
import type { Envelope } from '../smtp/api/envelope.ts';
import type { Handler } from '../smtp/api/handler.ts';
import { escapeText } from '../wire/messages/escape.ts';
import type { MailServer } from '../smtp/api/mail-server.ts';
import type { Session } from '../smtp/api/session.ts';

/** Where `Debugging` writes; `process.stdout` is one. */
export interface TextOutput {
  write(text: string): unknown;
}

/**
 * The handler that prints every message, and keeps none. What is printed is printable ASCII: whatever else a message
 * holds is shown as `\xHH` or `\u{...}`, so that no terminal obeys it. A line ends with CRLF, which is shown as a line
 * break; a CR or LF alone is shown as `\x0d` or `\x0a`. A line that is not UTF-8 is shown octet by octet.
 *
 * @example
 * import { Debugging, Envelope } from 'truepeer';
 *
 * const content = Buffer.from('Subject: \u001b[31mred\r\n\r\nbody\r\n');
 * const envelope = new Envelope({ mailFrom: 'a@example.org', rcptTos: ['b@example.net'], content });
 * let printed = '';
 * const session = { client: { address: '203.0.113.7', port: 4321 } };
 * new Debugging({ write: (text) => (printed += text) }).handleDATA(undefined, session, envelope);
 * console.log(printed.includes('Subject: \\x1b[31mred\n'));
 */
export class Debugging implements Handler {
  readonly #output: TextOutput;

  /** @param output where messages are printed; default standard output */
  constructor(output: TextOutput = process.stdout) {
    this.#output = output;
  }

  /** Accepts: who may send headers is the server's `trusted` list. */
  handlePROXY(): boolean {
    return true;
  }

  /** Prints the message with its envelope. */
  handleDATA(
    _server: MailServer | undefined,
    { client }: Pick<Session, 'client'>,
    { mailFrom, mailOptions, rcptTos, rcptOptions, content }: Envelope,
  ): undefined {
    const lines = [
      '---------- MESSAGE FOLLOWS ----------',
      `client: ${client.address ?? 'unknown'} port ${client.port ?? 'unknown'}`,
      [`mail from: <${mailFrom ?? ''}>`, ...mailOptions].join(' '),
      ...rcptTos.map((recipient, index) =>
        [`rcpt to: <${recipient}>`, ...(rcptOptions[index] ?? [])].join(' '),
      ),
      '',
      ...linesOf(content ?? Buffer.alloc(0)),
      '------------ END MESSAGE ------------',
    ];
    this.#output.write(lines.map((line) => `${escapeText(line)}\n`).join(''));
  }
}

/** The lines of a message, without their CRLF; one that is not UTF-8 with a character for each octet. */
function linesOf(content: Buffer): string[] {
  const lines = content.toString('latin1').replace(/\r\n$/u, '').split('\r\n');
  return lines.map((line) => {
    const octets = Buffer.from(line, 'latin1');
    return isUtf8(octets) ? octets.toString('utf8') : line;
  });
}
