import type { Command } from 'commander';
import { decode } from '../proxy/index.ts';
import { escapeText } from '../smtp/reply.ts';
import { parsePlace, showAddress, showPlace } from './endpoints.ts';
import type { Place } from './endpoints.ts';
import { argument, EXIT, Failure, repeatable, UsageError } from './failure.ts';
import { addHeaderOptions, describesHeader, headerFrom } from './header-options.ts';
import type { HeaderOptions } from './header-options.ts';
import type { Io } from './io.ts';
import { milliseconds } from './numbers.ts';
import type { Action } from './program.ts';
import { SmtpDialogue } from './smtp-dialogue.ts';
import type { ServerReply } from './smtp-dialogue.ts';
import { testMessage } from './test-message.ts';

interface SendOptions extends HeaderOptions {
  to?: Place;
  proxy: boolean;
  from: string;
  rcpt?: string[];
  timeout: number;
}

/** `truepeer send`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  addHeaderOptions(
    command.description(
      'Sends one test message the way a balancer would: a PROXY header of your choice, then SMTP. Prints the dialogue; ' +
        'ends with 0 when the message was taken, 1 when it was refused.',
    ),
  )
    .option('--no-proxy', 'connect directly, without a PROXY header')
    .option(
      '--to <place>',
      'the server: HOST:PORT, [IPV6]:PORT or unix:PATH (default: 127.0.0.1:2525)',
      argument(parsePlace),
    )
    .option('--from <address>', 'the sender; empty for <>', argument(mailbox), 'sender@example.org')
    .option(
      '--rcpt <address>',
      'a recipient; repeatable (default: recipient@example.net)',
      repeatable(mailbox),
    )
    .option('--timeout <ms>', 'how long each answer may take', argument(milliseconds), 10_000)
    .action((options: SendOptions) => ready((io) => send(options, io)));
}

const DEFAULT_PLACE: Place = { host: '127.0.0.1', port: 2525 };

async function send(options: SendOptions, io: Io): Promise<number> {
  const header = headerOf(options);
  const { to = DEFAULT_PLACE, from, rcpt = ['recipient@example.net'], timeout } = options;
  const dialogue = await SmtpDialogue.open(to, timeout, (line) => io.stdout.write(`${line}\n`));
  try {
    if (header !== undefined) dialogue.write(header, describeHeader(header));
    await greeted(dialogue, header !== undefined);
    await transfer(dialogue, from, rcpt);
  } finally {
    dialogue.close();
  }
  io.stdout.write(`The message was taken by ${showPlace(to)}.\n`);
  return EXIT.ok;
}

function headerOf(options: SendOptions): Uint8Array | undefined {
  if (options.proxy) return headerFrom(options);
  if (describesHeader(options)) {
    throw new UsageError('--no-proxy goes with no option that describes a PROXY header.');
  }
  return undefined;
}

/** What the header says, in one line; a version 1 line as it is. */
function describeHeader(header: Uint8Array): string {
  const result = decode(header);
  if (result.status !== 'ok') return `PROXY header, ${header.length} octets`;
  const { version, srcAddr, srcPort, dstAddr, dstPort, tlv } = result.data;
  if (version === 1) return escapeText(Buffer.from(header).toString('latin1').trimEnd());
  const addresses =
    srcAddr === null || dstAddr === null
      ? 'LOCAL'
      : `client ${showAddress(srcAddr, srcPort)}, server ${showAddress(dstAddr, dstPort)}`;
  const names = tlv === null ? [] : [...tlv.keys()];
  const tlvs = names.length === 0 ? '' : `, ${names.join(' ')}`;
  return `PROXY v2, ${addresses}${escapeText(tlvs)} (${header.length} octets)`;
}

async function greeted(dialogue: SmtpDialogue, withHeader: boolean): Promise<void> {
  const greeting = await dialogue.reply().catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    const hint = withHeader
      ? 'Before a greeting that means: the server does not believe headers from here (see its log), or it expects none (--no-proxy).'
      : 'Before a greeting that means: the server waits for a PROXY header; leave --no-proxy out.';
    throw new Failure(error.message, hint);
  });
  expect(greeting, 220, 'the connection');
}

async function transfer(dialogue: SmtpDialogue, from: string, rcpt: readonly string[]): Promise<void> {
  const hello = await dialogue.command('EHLO client.example.org');
  expect(hello, 250, 'EHLO');
  const utf8 = [from, ...rcpt].some((address) => /\P{ASCII}/u.test(address));
  if (utf8 && !hello.lines.some((line) => line.toUpperCase() === 'SMTPUTF8')) {
    throw new Failure('The server does not offer SMTPUTF8, which an address that is not ASCII needs.');
  }
  expect(await dialogue.command(`MAIL FROM:<${from}>${utf8 ? ' SMTPUTF8' : ''}`), 250, 'the sender');
  for (const address of rcpt)
    expect(await dialogue.command(`RCPT TO:<${address}>`), 250, `the recipient <${address}>`);
  expect(await dialogue.command('DATA'), 354, 'DATA');
  const message = testMessage(from, rcpt, new Date());
  dialogue.write(`${message}.\r\n`, `(the message, ${Buffer.byteLength(message)} octets)`);
  expect(await dialogue.reply(), 250, 'the message');
  await dialogue.command('QUIT');
}

/** Takes a refusal for what it is; 251 counts as 250. */
function expect(reply: ServerReply, code: number, what: string): void {
  if (reply.code === code || (code === 250 && reply.code === 251)) return;
  throw new Failure(`The server refused ${what}: ${reply.code} ${escapeText(reply.lines.join(' '))}`);
}

/** An address as it goes between angle brackets. */
function mailbox(text: string): string {
  if (!/^[^\p{Cc}<>\s]{0,500}$/u.test(text))
    throw new Error('Expected an address without brackets, blanks or controls.');
  return text;
}
