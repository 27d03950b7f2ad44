// @ts-check
import net from 'node:net';

/**
 * @typedef {object} Mail
 * @property {Buffer} header
 * @property {Buffer} hello
 * @property {Buffer} envelope
 * @property {Buffer | undefined} content alone, when the next envelope waits for its reply
 * @property {Buffer} contentThenEnvelope
 * @property {Buffer} contentThenQuit
 *
 * @typedef {object} Events
 * @property {(sent: number) => boolean} more whether another message follows, asked with how many were sent
 * @property {(milliseconds: number) => void} acknowledged
 * @property {(problem: string) => void} closed with a sentence, or '' after a proper end
 */

/** The replies that follow each thing written, in order. */
const AFTER_CONNECT = [220];
const AFTER_HELLO = [250];
const AFTER_ENVELOPE = [250, 250, 354];
const AFTER_CONTENT = [250];
const AFTER_CONTENT_AND_ENVELOPE = [250, 250, 250, 354];
const AFTER_LAST = [250, 221];

/** One buffer for what all sockets read: each read is used up before the next one. */
const INPUT = Buffer.alloc(65_536);

const LF = 0x0a;
const HYPHEN = 0x2d;

/** One SMTP session that sends the same message again and again and believes no reply it did not expect. */
export class Connection {
  #socket;
  #mail;
  #events;
  #expected = AFTER_CONNECT;
  #at = 0;
  #sent = 0;
  #contentAt = 0;
  #problem = 'the server closed early';
  /** The start of a reply line that was cut, in octets as characters. */
  #partial = '';

  /**
   * @param {{ host: string, port: number }} to
   * @param {Mail} mail
   * @param {Events} events
   */
  constructor(to, mail, events) {
    this.#mail = mail;
    this.#events = events;
    const socket = net.connect({
      ...to,
      noDelay: true,
      onread: {
        buffer: INPUT,
        callback: (length) => {
          this.#read(INPUT.subarray(0, length));
          return true;
        },
      },
    });
    this.#socket = socket;
    if (mail.header.length > 0) socket.write(mail.header);
    socket.on('error', (error) => {
      if (this.#problem !== '') this.#problem = error.message;
    });
    socket.on('close', () => events.closed(this.#problem));
  }

  /** Ends the session at once. */
  destroy() {
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #read(chunk) {
    if (this.#partial !== '') chunk = Buffer.from(this.#partial + chunk.toString('latin1'), 'latin1');
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      if (chunk[start + 3] !== HYPHEN) this.#reply(chunk, start, end);
      start = end + 1;
    }
    this.#partial = start === chunk.length ? '' : chunk.toString('latin1', start);
  }

  /**
   * @param {Buffer} chunk
   * @param {number} start
   * @param {number} end
   */
  #reply(chunk, start, end) {
    const code = digit(chunk, start) * 100 + digit(chunk, start + 1) * 10 + digit(chunk, start + 2);
    const expected = this.#expected[this.#at];
    if (code !== expected) {
      const text = JSON.stringify(chunk.toString('latin1', start, end));
      this.#problem = `expected ${expected ?? 'no reply'}, got ${text}`;
      this.#socket.destroy();
      return;
    }
    const after = this.#expected;
    this.#at++;
    if (this.#at === 1 && this.#contentAt > 0) {
      this.#events.acknowledged(performance.now() - this.#contentAt);
      this.#contentAt = 0;
    }
    if (this.#at < after.length) return;
    if (after === AFTER_CONNECT) this.#write(this.#mail.hello, AFTER_HELLO);
    else if (after === AFTER_HELLO || after === AFTER_CONTENT)
      this.#write(this.#mail.envelope, AFTER_ENVELOPE);
    else if (after === AFTER_LAST) this.#finish();
    else this.#content();
  }

  #content() {
    this.#sent++;
    this.#contentAt = performance.now();
    const { content, contentThenEnvelope, contentThenQuit } = this.#mail;
    if (!this.#events.more(this.#sent)) this.#write(contentThenQuit, AFTER_LAST);
    else if (content === undefined) this.#write(contentThenEnvelope, AFTER_CONTENT_AND_ENVELOPE);
    else this.#write(content, AFTER_CONTENT);
  }

  /** The server closes first (RFC 5321, 4.1.1.10); this end only follows. */
  #finish() {
    this.#problem = '';
    this.#expected = [];
    this.#at = 0;
  }

  /**
   * @param {Buffer} octets
   * @param {number[]} expected
   */
  #write(octets, expected) {
    this.#expected = expected;
    this.#at = 0;
    this.#socket.write(octets);
  }
}

/**
 * @param {Buffer} chunk
 * @param {number} at
 */
function digit(chunk, at) {
  return (chunk[at] ?? 0) - 0x30;
}
