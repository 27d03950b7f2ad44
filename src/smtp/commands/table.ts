/** The command table: every verb the server knows, when it is allowed, and what its argument may be. */

import { AUTH_COMMANDS } from '../auth/auth.ts';
import { CHUNK_COMMANDS } from './bdat.ts';
import type { Command } from '../engine/command.ts';
import type { Exchange } from '../engine/exchange.ts';
import { OctetClass, classify, fourLetters, holdsC1, SP } from '../grammar/octets.ts';
import { customCommand, customVerbs } from './custom-command.ts';
import { REPLIES } from '../engine/replies.ts';
import type { MailServer } from '../api/mail-server.ts';
import { SESSION_COMMANDS } from './session.ts';
import { TLS_COMMANDS } from './starttls.ts';
import { TRANSACTION_COMMANDS } from './transaction.ts';
import { XCLIENT_COMMANDS } from './xclient.ts';
import { isUtf8 } from 'node:buffer';
import { optionError } from '../../wire/messages/option-error.ts';
import { unknownOption } from '../../wire/messages/option-names.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    ...SESSION_COMMANDS,
    ...TRANSACTION_COMMANDS,
    ...CHUNK_COMMANDS,
    ...AUTH_COMMANDS,
    ...XCLIENT_COMMANDS,
    ...TLS_COMMANDS,
  ].map((command) => [command.verb, command]),
);

/** Verbs of four letters by their octets. */
const FOUR_LETTERS: ReadonlyMap<number, string> = new Map(
  [...COMMANDS.keys()]
    .filter((verb) => verb.length === 4)
    .map((verb) => [fourLetters(Buffer.from(verb), 0), verb]),
);

/** @throws TypeError for a subclass that would add a command of the standard: it would never be called. */
export function checkCustomCommands(server: MailServer): void {
  for (const verb of customVerbs(server)) {
    if (COMMANDS.has(verb))
      throw optionError(
        'ERR_UNKNOWN_HOOK',
        `smtp${verb}: ${verb} is here already; a hook of the handler changes it`,
      );
  }
}

/** @throws TypeError for a limit of a command that nobody can say. */
export function checkCallLimit(server: MailServer): void {
  const { commandCallLimit } = server.settings;
  const known = Object.fromEntries(
    [...COMMANDS.keys(), ...customVerbs(server), '*'].map((verb) => [verb, true]),
  );
  for (const verb of commandCallLimit?.keys() ?? [])
    if (!Object.hasOwn(known, verb)) throw unknownOption('commandCallLimit', verb, known);
}

/** The command of a verb in upper case; undefined for one that does not exist here. */
export function findCommand(verb: string, { settings, server }: Exchange): Command | undefined {
  const command = COMMANDS.get(verb);
  if (command === undefined) return customCommand(verb, server);
  return command.only === (settings.lmtp ? 'smtp' : 'lmtp') ? undefined : command;
}

/** What a browser or an HTTP proxy sends: a request line (RFC 9110 9.1, RFC 9113 3.4), or the field no request lacks. */
const HTTP_LINE = /^(?:(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|PATCH|TRACE|PRI)(?: |$)|HOST:)/i;
const LONGEST_HTTP_START = 8;

const LONGEST_VERB = 16;

/** A line cut into verb and argument: the argument is [from, to) of the line, spaces around it dropped. */
export interface Cut {
  verb: string;
  from: number;
  to: number;
}

/** Cuts a line at its first space; trailing spaces are dropped (RFC 5321 4.1.1). */
export function cutLine(line: Buffer, from: number, to: number): Cut {
  let end = to;
  while (end > from && line[end - 1] === SP) end--;
  let at = from;
  while (at < end && line[at] !== SP) at++;
  const verb = readVerb(line, from, at);
  while (at < end && line[at] === SP) at++;
  return { verb, from: at, to: end };
}

/** Known verbs of four letters, which are most, are found without making text of the octets. */
function readVerb(line: Buffer, from: number, to: number): string {
  const known = to - from === 4 ? FOUR_LETTERS.get(fourLetters(line, from)) : undefined;
  if (known !== undefined) return known;
  return to - from > LONGEST_VERB ? '' : line.toString('latin1', from, to).toUpperCase();
}

export function isHttp(line: Buffer, from: number, to: number): boolean {
  return HTTP_LINE.test(line.toString('latin1', from, Math.min(to, from + LONGEST_HTTP_START)));
}

/** The reply that refuses a line before its command runs, or undefined. */
export function checkLine(
  command: Command,
  exchange: Exchange,
  line: Buffer,
  start: number,
  to: number,
  cut: Cut,
): string | undefined {
  const length = to - start + 2;
  if (length > command.longest) return REPLIES.lineTooLong;
  const held = classify(line, start, to);
  if ((held & OctetClass.CONTROL) !== 0) return REPLIES.controlCharacter;
  if ((held & OctetClass.EIGHT_BIT) !== 0) {
    if (!command.utf8) return REPLIES.eightBit;
    if (!isUtf8(line.subarray(start, to))) return REPLIES.invalidUtf8;
    if (holdsC1(line, start, to)) return REPLIES.controlCharacter;
  }
  const { settings, session } = exchange;
  if (settings.requireStartTLS && session.tls === null && !command.beforeTLS) return REPLIES.tlsFirst;
  if (command.afterHello && session.hostName === null) return REPLIES.helloFirst;
  if (exchange.content.chunking && !command.whileChunking) return REPLIES.chunksOnly;
  const hasArgument = cut.to > cut.from;
  if (hasArgument && command.argument === 'none') return REPLIES.noArgument;
  if (!hasArgument && command.argument === 'required') return REPLIES.argumentNeeded;
  const lacksAuth = settings.authRequired && !session.authenticated;
  return lacksAuth && command.afterAuth ? REPLIES.authFirst : undefined;
}
