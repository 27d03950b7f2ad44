/** Commands of a mail transaction: MAIL, RCPT, DATA, RSET (RFC 5321 3.3, 4.1.1.2 to 4.1.1.5). */

import { type ParsedPath, parsePath, PathFault } from '../grammar/address.ts';
import { type Command, command } from '../engine/command.ts';
import type { Exchange } from '../engine/exchange.ts';
import { COMMAND_LINE_LIMIT } from '../grammar/line-reader.ts';
import { COLON, SP, spells } from '../grammar/octets.ts';
import type { MailFacts, RcptFacts } from '../api/envelope.ts';
import { type Tolerance, tolerates } from '../api/options/tolerance.ts';
import { MAIL_PARAMETERS, type ParameterReader, RCPT_PARAMETERS } from './parameter-table.ts';
import { type Parameter, parseParameters } from '../grammar/parameters.ts';
import { REPLIES } from '../engine/replies.ts';

/** Of a command without parameters: most are. */
const NO_FACTS = Object.freeze({});
const NO_OPTIONS: readonly string[] = Object.freeze([]);

const mail = command({
  verb: 'MAIL',
  longest: COMMAND_LINE_LIMIT,
  argument: 'required',
  utf8: true,
  afterHello: true,
  afterAuth: true,
  run(exchange, line, from, to) {
    if (exchange.envelope.mailFrom !== null) return exchange.refuse(REPLIES.nestedMail);
    const path = readPath(exchange, line, from, to, 'FROM');
    if (path === undefined || path.mailbox?.domain === '') return exchange.refuse(REPLIES.badSender);
    const parameters = parseParameters(line, path.end, to);
    const facts: MailFacts = parameters?.length === 0 ? NO_FACTS : {};
    const error = readAll(exchange, parameters, MAIL_PARAMETERS, facts);
    if (error !== undefined) return exchange.refuse(error);
    const { mailbox } = path;
    if (mailbox?.utf8 === true && facts.smtpUtf8 !== true) return exchange.refuse(REPLIES.needsUtf8);
    if (!exchange.memory.propose(memoryFor(from, to))) return exchange.defer(REPLIES.noMemory);
    const address = mailbox === null ? '' : mailbox.address;
    const options = rawOptions(parameters!);
    const { handler, envelope } = exchange;
    if (facts !== NO_FACTS) Object.freeze(facts);
    const accepted = (): void => {
      exchange.memory.confirm();
      envelope.begin(address, mailbox, options, facts);
    };
    const askHook = (): void =>
      exchange.hooks.askReply('handleMAIL', [address, options, mailbox, facts], REPLIES.senderOk, accepted);
    if (exchange.settings.dataSizeLimit > 0 || handler.freeSpace === undefined) return askHook();
    exchange.hooks.run(
      () => handler.freeSpace!(),
      (free) => (free < (facts.declaredSize ?? 1) ? exchange.defer(REPLIES.noSpace) : askHook()),
    );
  },
});

const rcpt = command({
  verb: 'RCPT',
  longest: COMMAND_LINE_LIMIT,
  argument: 'required',
  utf8: true,
  afterHello: true,
  afterAuth: true,
  run(exchange, line, from, to) {
    const { envelope, settings } = exchange;
    if (envelope.mailFrom === null) return exchange.refuse(REPLIES.mailFirst);
    const path = readPath(exchange, line, from, to, 'TO');
    if (path === undefined || path.mailbox === null) return exchange.refuse(REPLIES.badRecipient);
    const parameters = parseParameters(line, path.end, to);
    const facts: RcptFacts = parameters?.length === 0 ? NO_FACTS : {};
    const error = readAll(exchange, parameters, RCPT_PARAMETERS, facts);
    if (error !== undefined) return exchange.refuse(error);
    const { mailbox } = path;
    if (mailbox.utf8 && !envelope.smtpUtf8) return exchange.refuse(REPLIES.needsUtf8);
    if (envelope.rcptTos.length >= settings.limits.recipients)
      return exchange.defer(REPLIES.tooManyRecipients);
    if (!exchange.memory.propose(memoryFor(from, to))) return exchange.defer(REPLIES.noMemory);
    const options = rawOptions(parameters!);
    const { address } = mailbox;
    if (facts !== NO_FACTS) Object.freeze(facts);
    const accepted = (): void => {
      exchange.memory.confirm();
      envelope.add(address, mailbox, options, facts);
    };
    exchange.hooks.askReply('handleRCPT', [address, options, mailbox, facts], REPLIES.recipientOk, accepted);
  },
});

const data = command({
  verb: 'DATA',
  afterHello: true,
  afterAuth: true,
  run(exchange) {
    const { envelope } = exchange;
    if (envelope.mailFrom === null) return exchange.refuse(REPLIES.mailFirst);
    if (envelope.rcptTos.length === 0) return exchange.refuse(REPLIES.recipientFirst);
    if (envelope.body === 'BINARYMIME') return exchange.refuse(REPLIES.binaryNeedsChunks);
    if (!exchange.content.hasRoom) return exchange.defer(REPLIES.noMemory);
    exchange.content.startData();
  },
});

const rset = command({
  verb: 'RSET',
  junk: true,
  whileChunking: true,
  run(exchange) {
    const { handler, server, session, envelope } = exchange;
    exchange.reset();
    // The hook is given the transaction that has ended.
    const call = (): unknown => handler.handleRSET?.(server, session.view, envelope.view);
    exchange.hooks.runReply('handleRSET', call, REPLIES.ok);
  },
});

/** Faults of paths by the name of their tolerance. */
const FAULTS: readonly (readonly [Tolerance, number])[] = [
  ['missing-brackets', PathFault.MISSING_BRACKETS],
  ['stray-dots', PathFault.STRAY_DOTS],
  ['missing-domain', PathFault.MISSING_DOMAIN],
];

/** The path after `FROM:` or `TO:`. What the grammar does not allow is taken where option `tolerate` does. */
function readPath(
  exchange: Exchange,
  line: Buffer,
  from: number,
  to: number,
  keyword: 'FROM' | 'TO',
): ParsedPath | undefined {
  const start = skipKeyword(exchange, line, from, to, keyword);
  if (start < 0) return undefined;
  const { settings, session } = exchange;
  const path = parsePath(line, start, to);
  if (path !== undefined || settings.tolerate.size === 0) return path;
  let allowed = 0;
  for (const [name, fault] of FAULTS) if (tolerates(settings, session, name)) allowed |= fault;
  // A sender has a domain in any case.
  if (keyword === 'FROM') allowed &= ~PathFault.MISSING_DOMAIN;
  const odd = parsePath(line, start, to, allowed);
  for (const [name, fault] of FAULTS)
    if (((odd?.faults ?? 0) & fault) !== 0)
      exchange.observer.tolerated(name, line.toString('utf8', from, to));
  return odd;
}

/** Index of the path after `FROM:` or `TO:`, or -1. A space after the colon is tolerated unless syntax is strict. */
function skipKeyword(exchange: Exchange, line: Buffer, from: number, to: number, keyword: string): number {
  const colon = from + keyword.length;
  if (colon >= to || line[colon] !== COLON || !spells(line, from, keyword)) return -1;
  let at = colon + 1;
  if (exchange.settings.addressSyntax === 'tolerant') while (at < to && line[at] === SP) at++;
  return at;
}

function rawOptions(parameters: readonly Parameter[]): readonly string[] {
  return parameters.length === 0 ? NO_OPTIONS : parameters.map(({ raw }) => raw);
}

/** Octets that an envelope keeps for a path with its parameters: as text, in parts, and what holds them together. */
function memoryFor(from: number, to: number): number {
  return 600 + 4 * (to - from);
}

/** Reads all parameters, or none: the reply that refuses the command, or undefined. */
function readAll<T>(
  exchange: Exchange,
  parameters: readonly Parameter[] | undefined,
  table: ReadonlyMap<string, ParameterReader<T>>,
  facts: T,
): string | undefined {
  if (parameters === undefined) return REPLIES.badParameter;
  if (parameters.length === 0) return undefined;
  const seen = new Set<string>();
  for (const { keyword, value } of parameters) {
    const reader = exchange.session.extended ? table.get(keyword) : undefined;
    if (reader === undefined || !reader.offered(exchange)) return REPLIES.unknownParameter;
    if (seen.has(keyword)) return REPLIES.repeatedParameter;
    seen.add(keyword);
    const error = reader.read(value, facts, exchange);
    if (error !== undefined) return error;
  }
  return undefined;
}

export const TRANSACTION_COMMANDS: readonly Command[] = [mail, rcpt, data, rset];
