/** Commands that concern the session: HELO, EHLO, NOOP, HELP, VRFY, EXPN, QUIT (RFC 5321 4.1.1, 3.5, 3.8). */

import { type Command, command } from '../engine/command.ts';
import type { Exchange } from '../engine/exchange.ts';
import { offeredExtensions, STATUS_CODES } from './extensions.ts';
import { isVisible } from '../grammar/utf8-address.ts';
import { tolerates } from '../api/options/tolerance.ts';
import { customVerbs } from './custom-command.ts';
import { REPLIES } from '../engine/replies.ts';
import { formatReply, readReply, withoutStatus, type HookReply, type Reply } from '../api/reply.ts';

const base = { argument: 'optional', junk: true } as const;

const HELO_TEXT = 500;
const helloRow = { ...base, bare: true, argument: 'required', utf8: true } as const;

const helo = command({
  ...helloRow,
  verb: 'HELO',
  only: 'smtp',
  run(exchange, line, from, to) {
    const name = readHostName(exchange, line, from, to);
    if (name === undefined) return exchange.refuse(REPLIES.badHostName);
    const success: HookReply = { code: 250, text: exchange.settings.hostname };
    const answered = (answer: HookReply): void => {
      const reply = readReply(answer ?? success, 'handleHELO', '');
      if (reply.code < 300) beginSession(exchange, name, false);
      // A client that says HELO may not understand replies of several lines.
      const [first = ''] = typeof reply.text === 'string' ? [reply.text] : reply.text;
      replyToHello(exchange, { ...reply, text: first.slice(0, HELO_TEXT) });
    };
    exchange.hooks.ask('handleHELO', [name], answered, helloFailed(exchange));
  },
});

const ehlo = command({
  ...helloRow,
  beforeTLS: true,
  verb: 'EHLO',
  only: 'smtp',
  run: runEhlo,
});

/** RFC 2033 4.1. */
const lhlo = command({ ...ehlo, verb: 'LHLO', only: 'lmtp' });

function runEhlo(exchange: Exchange, line: Buffer, from: number, to: number): void {
  const name = readHostName(exchange, line, from, to);
  if (name === undefined) return exchange.refuse(REPLIES.badHostName);
  const offered = offeredExtensions(exchange);
  exchange.hooks.ask(
    'handleEHLO',
    [name, offered],
    (answer) => answerEhlo(exchange, name, offered, answer),
    helloFailed(exchange),
  );
}

/** Replies to HELO and EHLO have no enhanced codes (RFC 2034 section 4). */
function helloFailed(exchange: Exchange): (error: unknown) => void {
  return (error) => {
    exchange.observer.report(error);
    exchange.reply(withoutStatus(REPLIES.handlerFailed));
  };
}

function replyToHello(exchange: Exchange, reply: Reply): void {
  exchange.reply(formatReply({ code: reply.code, text: reply.text }));
  if (reply.code === 421) exchange.close('refused');
}

function answerEhlo(
  exchange: Exchange,
  name: string,
  offered: readonly string[],
  answer: HookReply | readonly string[],
): void {
  let lines = offered;
  if (isList(answer)) {
    lines = [...answer];
    if (!lines.every((line) => typeof line === 'string'))
      throw new TypeError('handleEHLO returned a list that holds something else than text');
  } else if (answer !== undefined && answer !== null) {
    const reply = readReply(answer, 'handleEHLO', '');
    if (reply.code >= 300) return replyToHello(exchange, reply);
    const text = typeof reply.text === 'string' ? [reply.text] : reply.text;
    lines = [...offered, ...text.filter((line) => line !== '' && !offered.includes(line))];
  }
  beginSession(exchange, name, true);
  // RFC 2034 section 3: codes are for clients that have been told of them, and a handler may want to hide them.
  if (lines !== offered)
    exchange.session.statusCodes = lines.some((line) => line.toUpperCase() === STATUS_CODES);
  replyToEhlo(exchange, lines);
}

function isList(answer: HookReply | readonly string[]): answer is readonly string[] {
  return Array.isArray(answer);
}

function replyToEhlo(exchange: Exchange, lines: readonly string[]): void {
  const text = [exchange.settings.hostname, ...lines];
  const key = text.join('\n');
  if (key !== lastEhlo.key) lastEhlo = { key, wire: formatReply({ code: 250, text }) };
  warnOfLength(exchange, lastEhlo.wire);
  exchange.reply(lastEhlo.wire);
}

/** Above this some clients lose what stands behind (Postfix), or end the session (msmtp, dma, Exim, older versions of curl). */
const EHLO_OCTETS = 2048;
const EHLO_LINES = 50;
/** Servers that have been told. */
const told = new WeakSet<object>();

function warnOfLength({ server, observer }: Exchange, wire: string): void {
  if (wire.length <= EHLO_OCTETS && wire.length <= EHLO_LINES * SHORTEST_LINE) return;
  const lines = wire.split('\r\n').length - 1;
  if ((wire.length <= EHLO_OCTETS && lines <= EHLO_LINES) || told.has(server)) return;
  told.add(server);
  const size = `${wire.length} octets in ${lines} lines`;
  observer.warn(
    'ehlo-too-long',
    `the reply to EHLO has ${size}; some clients take ${EHLO_OCTETS} and ${EHLO_LINES} at most`,
  );
}

/** The last reply to EHLO: most clients get the same one. */
let lastEhlo = { key: '', wire: '' };

function beginSession(exchange: Exchange, name: string, extended: boolean): void {
  exchange.reset();
  exchange.session.hostName = name;
  exchange.session.extended = extended;
  exchange.session.statusCodes = true;
}

/** `250-` and CRLF. */
const SHORTEST_LINE = 6;

const LONGEST_NAME = 255;

/**
 * The name after HELO or EHLO. It is not compared with the client's address (RFC 5321 4.1.4), and any text that can be
 * seen is taken, since clients with odd host names send mail, too.
 */
function readHostName(exchange: Exchange, line: Buffer, from: number, to: number): string | undefined {
  const name = line.toString('utf8', from, to);
  if (to - from > LONGEST_NAME || !isVisible(name)) return undefined;
  if (!name.includes(' ')) return name;
  if (!tolerates(exchange.settings, exchange.session, 'spaces-in-hello')) return undefined;
  exchange.observer.tolerated('spaces-in-hello', name);
  return name;
}

const noop = command({
  ...base,
  whileChunking: true,
  beforeTLS: true,
  verb: 'NOOP',
  run(exchange, line, from, to) {
    exchange.hooks.askReply('handleNOOP', [line.toString('latin1', from, to)], REPLIES.ok);
  },
});

const vrfy = command({
  ...base,
  whileChunking: true,
  afterAuth: true,
  verb: 'VRFY',
  argument: 'required',
  utf8: true,
  run(exchange, line, from, to) {
    exchange.hooks.askReply('handleVRFY', [line.toString('utf8', from, to)], REPLIES.cannotVerify);
  },
});

const expn = command({
  ...base,
  whileChunking: true,
  afterAuth: true,
  verb: 'EXPN',
  argument: 'required',
  utf8: true,
  run(exchange, line, from, to) {
    exchange.hooks.askReply('handleEXPN', [line.toString('utf8', from, to)], REPLIES.noExpansion);
  },
});

const help = command({
  ...base,
  whileChunking: true,
  verb: 'HELP',
  run(exchange, line, from, to) {
    const hello = exchange.settings.lmtp ? 'LHLO' : 'HELO EHLO';
    const text = `Commands: ${[hello, ...usableVerbs(exchange)].join(' ')}`;
    const success = formatReply({ code: 214, enhanced: '2.0.0', text });
    exchange.hooks.askReply('handleHELP', [line.toString('latin1', from, to)], success);
  },
});

const quit = command({
  whileChunking: true,
  beforeTLS: true,
  verb: 'QUIT',
  run(exchange) {
    const end = (reply: string): void => {
      exchange.reply(reply);
      exchange.close('quit');
    };
    exchange.hooks.ask(
      'handleQUIT',
      [],
      (answer) =>
        end(
          answer === undefined || answer === null
            ? REPLIES.bye
            : formatReply(readReply(answer, 'handleQUIT', '2.0.0')),
        ),
      (error) => {
        // RFC 5321 4.1.1.10: 221 and the end in any case.
        exchange.observer.report(error);
        end(REPLIES.bye);
      },
    );
  },
});

const BASIC = ['MAIL', 'RCPT', 'DATA', 'BDAT', 'RSET', 'NOOP', 'VRFY', 'EXPN', 'HELP', 'QUIT'];

/** What HELP names: what can be used here, and a subclass's own commands. */
function usableVerbs({ settings, server }: Exchange): string[] {
  return [
    ...BASIC,
    ...(settings.tls === null ? [] : ['STARTTLS']),
    ...(settings.auth === null ? [] : ['AUTH']),
    ...customVerbs(server),
  ];
}

export const SESSION_COMMANDS: readonly Command[] = [helo, ehlo, lhlo, noop, vrfy, expn, help, quit];
