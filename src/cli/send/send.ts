import { isIP } from 'node:net';
import type { Command } from 'commander';
import { escapeText } from '../../wire/messages/escape.ts';
import { parseSocketAddress, showAddress, showSocketAddress } from '../shared/endpoints.ts';
import type { SocketAddress } from '../shared/endpoints.ts';
import { argument, EXIT, Failure, Refusal, repeatable, UsageError } from '../shared/failure.ts';
import { addHeaderOptions, describesHeader, headerFrom } from '../shared/header-options.ts';
import type { HeaderOptions } from '../shared/header-options.ts';
import { examples } from '../shared/help.ts';
import { readAll, readNamed } from '../shared/input.ts';
import type { Io } from '../shared/io.ts';
import { protocolOf } from '../shared/protocol.ts';
import type { Protocol } from '../shared/protocol.ts';
import { milliseconds } from '../shared/numbers.ts';
import type { Action } from '../shared/command.ts';
import { hintFor, otherVersion, type SentHeader } from './hints.ts';
import { NoAnswer, SmtpClient } from './smtp-client.ts';
import type { ServerReply } from './smtp-client.ts';
import { dotStuffed, testMessage, withMailLineEnds } from './test-message.ts';

interface SendOptions extends HeaderOptions {
  to?: SocketAddress;
  server?: SocketAddress;
  proxy: boolean;
  from: string;
  rcpt?: string[];
  message?: string;
  starttls?: boolean;
  tls?: boolean;
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
      argument(parseSocketAddress),
    )
    .option('--server <place>', 'the same as --to', argument(parseSocketAddress))
    .option('--from <address>', 'the sender; empty for <>', argument(mailbox), 'sender@example.org')
    .option(
      '--rcpt <address>',
      'a recipient; repeatable (default: recipient@example.net)',
      repeatable(mailbox),
    )
    .option('--message <file>', 'the message to send, or - for standard input (default: a short one)')
    .option('--starttls', 'encrypt with STARTTLS; the certificate is shown, not checked')
    .option('--tls', 'encrypt from the start, after the PROXY header')
    .option('--timeout <ms>', 'how long each answer may take', argument(milliseconds), 10_000)
    .addHelpText(
      'after',
      examples(
        'truepeer send --from-client 203.0.113.7:4321',
        'truepeer send --proxy-version 1 --from-client "[2001:db8::7]:4321"',
        'truepeer send --to mx.example.net:25 --no-proxy --starttls --rcpt postmaster@example.net --message mail.eml',
      ),
    )
    .action((options: SendOptions) => ready((io) => send(options, io)));
}

const DEFAULT_ADDRESS: SocketAddress = { host: '127.0.0.1', port: 2525 };

async function send(options: SendOptions, io: Io): Promise<number> {
  const protocol = await protocolOf(options.spec, io);
  const header = headerOf(options, protocol);
  const sent = header && sentHeader(header, protocol);
  if (options.to !== undefined && options.server !== undefined)
    throw new UsageError('--to and --server are the same; give one of them.');
  const { to = options.server ?? DEFAULT_ADDRESS, from, rcpt = ['recipient@example.net'], timeout } = options;
  if (options.tls === true && options.starttls === true)
    throw new UsageError('--tls and --starttls exclude each other.');
  const message = await messageOf(options.message, from, rcpt, io);
  const client = await SmtpClient.open(to, timeout, (line) => io.stdout.write(`${line}\n`));
  try {
    if (header !== undefined) client.write(header, describeHeader(header, protocol));
    if (options.tls === true) await client.secure(nameOf(to));
    await greeted(client, sent);
    if (options.starttls === true) await startTls(client, nameOf(to));
    await transfer(client, from, rcpt, message, sent);
    await client.command('QUIT');
  } catch (error) {
    if (error instanceof Refusal) await client.command('QUIT').catch(() => undefined);
    throw error;
  } finally {
    client.close();
  }
  io.stdout.write(`The message was taken by ${showSocketAddress(to)}.\n`);
  return EXIT.ok;
}

async function messageOf(
  file: string | undefined,
  from: string,
  rcpt: readonly string[],
  io: Io,
): Promise<Buffer> {
  if (file === undefined) return testMessage(from, rcpt, new Date());
  const text = file === '-' ? await readAll(io.stdin) : readNamed(file);
  if (text === undefined) throw new UsageError(`There is no file ${escapeText(file)}.`);
  return withMailLineEnds(text);
}

/** The name to ask for in TLS: none for a socket or an address. */
function nameOf(to: SocketAddress): string | undefined {
  return 'path' in to || isIP(to.host) !== 0 ? undefined : to.host;
}

async function startTls(client: SmtpClient, name: string | undefined): Promise<void> {
  const hello = await client.command(HELLO);
  expect(hello, 250, 'EHLO');
  if (!offers(hello, 'STARTTLS'))
    throw new Failure('The server does not offer STARTTLS.', 'Leave --starttls out.');
  expect(await client.command('STARTTLS'), 220, 'STARTTLS');
  await client.secure(name);
}

const HELLO = 'EHLO client.example.org';

function offers({ lines }: ServerReply, keyword: string): boolean {
  return lines.some((line) => line.toUpperCase().split(' ')[0] === keyword);
}

function headerOf(options: SendOptions, protocol: Protocol): Uint8Array | undefined {
  if (options.proxy) return headerFrom(options, protocol);
  if (describesHeader(options)) {
    throw new UsageError('--no-proxy goes with no option that describes a PROXY header.');
  }
  return undefined;
}

/** The header in one line; one of version 1 as it is. */
function describeHeader(header: Uint8Array, { codec }: Protocol): string {
  const result = codec.decode(header);
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

async function greeted(client: SmtpClient, header: SentHeader | undefined): Promise<void> {
  const greeting = await client.reply().catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.message, header === undefined ? NO_HEADER : afterHeader(error, header));
  });
  expect(greeting, 220, CONNECTION, header);
}

const NO_HEADER = 'Before a greeting that means: the server waits for a PROXY header; leave --no-proxy out.';

/** The hint for a header that was sent and a greeting that did not come. */
function afterHeader(error: Failure, { version }: SentHeader): string {
  const other = `it reads the other version only (try --proxy-version ${otherVersion(version)})`;
  if (error instanceof NoAnswer)
    return `Before a greeting that means: the server is busy, ${other}, or its port begins with TLS (--tls).`;
  return (
    `Before a greeting that means: the server does not believe headers from here (see its log), ${other}, or it ` +
    'expects none (--no-proxy).'
  );
}

/** What matters of a header when it is refused. */
function sentHeader(header: Uint8Array, { codec }: Protocol): SentHeader {
  const result = codec.decode(header);
  const { version, srcAddr, proxied } = result.status === 'ok' ? result.data : NOBODY;
  return { version: version === 1 ? 1 : 2, length: header.length, client: proxied ? srcAddr : null };
}

const NOBODY = { version: 2, srcAddr: null, proxied: false };

async function transfer(
  client: SmtpClient,
  from: string,
  rcpt: readonly string[],
  message: Buffer,
  header: SentHeader | undefined,
): Promise<void> {
  const hello = await client.command(HELLO);
  expect(hello, 250, 'EHLO', header);
  const utf8 = [from, ...rcpt].some((address) => /\P{ASCII}/u.test(address));
  if (utf8 && !offers(hello, 'SMTPUTF8')) {
    throw new Failure('The server does not offer SMTPUTF8, which an address that is not ASCII needs.');
  }
  const body = message.some((octet) => octet > 0x7f) && offers(hello, '8BITMIME') ? ' BODY=8BITMIME' : '';
  expect(
    await client.command(`MAIL FROM:<${from}>${body}${utf8 ? ' SMTPUTF8' : ''}`),
    250,
    'the sender',
    header,
  );
  for (const address of rcpt)
    expect(await client.command(`RCPT TO:<${address}>`), 250, `the recipient <${address}>`);
  expect(await client.command('DATA'), 354, 'DATA');
  client.write(dotStuffed(message), `(the message, ${message.length} octets)`);
  expect(await client.reply(), 250, 'the message');
}

/** What a greeting refuses. */
const CONNECTION = 'the connection';

/** The code of a server that closes the connection (RFC 5321 section 3.8). */
const CLOSING = 421;

/** Throws when the reply has another code; 251 counts as 250. */
function expect(reply: ServerReply, code: number, what: string, header?: SentHeader): void {
  if (reply.code === code || (code === 250 && reply.code === 251)) return;
  const told = `The server refused ${what}: ${reply.code} ${escapeText(reply.lines.join(' '))}`;
  const hint = header === undefined ? undefined : hintFor(reply, header, what === CONNECTION);
  throw reply.code === CLOSING ? new Failure(told, hint) : new Refusal(told, hint);
}

/** An address as it goes between angle brackets. */
function mailbox(text: string): string {
  if (!/^[^\p{Cc}<>\s]{0,500}$/u.test(text))
    throw new Error('Expected an address without brackets, blanks or controls.');
  return text;
}
