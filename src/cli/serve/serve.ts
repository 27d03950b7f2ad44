import { subscribe } from 'node:diagnostics_channel';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { DecodeOptions } from '../../proxy/index.ts';
import type { Diagnostic } from '../../proxy/node/diagnostic.ts';
import { Network, NO_NETWORK } from '../../proxy/node/trust/network.ts';
import type { ProxyOptions } from '../../proxy/node/proxy-options.ts';
import { TrustList } from '../../proxy/node/trust/trust-list.ts';
import { CHANNELS, type DialogueEvent } from '../../smtp/api/channels.ts';
import type { Handler } from '../../smtp/api/handler.ts';
import type { BareNewlines } from '../../smtp/api/options/newline-policy.ts';
import type { SMTPServerOptions } from '../../smtp/api/options/options.ts';
import { SMTPServer } from '../../smtp/server/server.ts';
import { ClientBudget } from './client-budget.ts';
import { parseDomain } from './domains.ts';
import { parseSocketAddress } from '../shared/endpoints.ts';
import type { SocketAddress } from '../shared/endpoints.ts';
import { argument, EXIT, repeatable, UsageError } from '../shared/failure.ts';
import type { Io } from '../shared/io.ts';
import { listenFailure, maildirFailure } from './listen-failure.ts';
import { createLog } from '../shared/log.ts';
import type { Log, LogFormat } from '../shared/log.ts';
import { milliseconds, wholeNumber } from '../shared/numbers.ts';
import type { Action } from '../shared/command.ts';
import { HealthCheckLog } from './health-check-log.ts';
import { readTls, tlsFiles } from './tls-files.ts';
import type { TlsFiles } from './tls-files.ts';
import { servingHandler } from './handler.ts';
import { shutdownSignal } from './shutdown.ts';
import { summaryFacts, welcome } from './welcome.ts';

interface ServeOptions {
  listen?: SocketAddress[];
  maildir: string;
  proxy: boolean;
  proxyTrust?: string[];
  proxyTimeout: number;
  proxyUntrusted: 'reject' | 'direct';
  proxyMixedFamilies?: true;
  proxyTlv?: 'strict' | 'lenient';
  proxyDuplicates?: 'reject' | 'first';
  proxyUnspec?: 'reject' | 'accept';
  bareNewlines?: BareNewlines;
  logDialogue?: true;
  tlsCert?: string;
  tlsKey?: string;
  tlsListen?: SocketAddress[];
  domain?: string[];
  hostname?: string;
  sizeLimit?: number;
  log: LogFormat;
  drain: number;
}

const DEFAULT_ADDRESS: SocketAddress = { host: '127.0.0.1', port: 2525 };
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** `truepeer serve`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  command
    .description(
      'Receives mail behind a balancer that speaks the PROXY protocol, and stores it in a Maildir. Takes mail for any ' +
        'recipient, or those of --domain, into that one Maildir and sends nothing on: it is no relay.',
    )
    .option(
      '--listen <place>',
      'HOST:PORT, [IPV6]:PORT or unix:PATH; repeatable (default: 127.0.0.1:2525)',
      repeatable(parseSocketAddress),
    )
    .option(
      '--maildir <directory>',
      'where messages are stored; made when missing',
      argument(directory),
      './maildir',
    )
    .option(
      '--proxy-trust <network>',
      'a balancer that is believed: an address, a CIDR network, "unix" or "anyone"; repeatable (default: loopback)',
      repeatable(networkText),
    )
    .addOption(
      new Option(
        '--proxy-untrusted <what>',
        'what happens to anybody else: closed at once, or served without a header',
      )
        .choices(['reject', 'direct'])
        .default('reject'),
    )
    .option('--proxy-timeout <ms>', 'how long the PROXY header may take', argument(milliseconds), 5000)
    .option(
      '--proxy-mixed-families',
      'take version 1 headers with an IPv4 and an IPv6 address, as nginx writes them behind another balancer',
    )
    .addOption(
      new Option('--proxy-tlv <how>', 'headers with malformed TLVs: refused, or taken without TLVs').choices([
        'strict',
        'lenient',
      ]),
    )
    .addOption(
      new Option('--proxy-duplicates <how>', 'a TLV that stands twice: refused, or the first counts').choices(
        ['reject', 'first'],
      ),
    )
    .addOption(
      new Option('--proxy-unspec <how>', 'command PROXY with an unspecified family or transport').choices([
        'reject',
        'accept',
      ]),
    )
    .addOption(
      new Option(
        '--bare-newlines <how>',
        'a bare CR or LF in a message: refused with 550, made CRLF, or kept (default: reject)',
      ).choices(['reject', 'normalize', 'preserve']),
    )
    .option('--no-proxy', 'no balancer: clients connect directly, without a PROXY header')
    .option(
      '--tls-cert <file>',
      'the certificate with its chain, in PEM: offers STARTTLS; SIGHUP reads it again',
    )
    .option('--tls-key <file>', 'its key, in PEM')
    .option(
      '--tls-listen <place>',
      'like --listen, with TLS from the start (after the PROXY header); repeatable',
      repeatable(parseSocketAddress),
    )
    .option(
      '--domain <name>',
      'take mail for this domain only, and for postmaster; repeatable (default: any recipient)',
      repeatable(parseDomain),
    )
    .option(
      '--hostname <name>',
      'the name in the greeting and in Received fields (default: the name of the machine)',
    )
    .option(
      '--size-limit <octets>',
      'the largest message; 0 for no limit (default: 33554432)',
      argument(wholeNumber('octets', 0, 2 ** 53 - 1)),
    )
    .option(
      '--drain <ms>',
      'how long messages in flight may take after SIGTERM',
      argument(milliseconds),
      10_000,
    )
    .addOption(
      new Option('--log <format>', 'text for people, json for machines')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--log-dialogue', 'log every command and reply, without content and credentials')
    .action((options: ServeOptions) => ready((io) => serve(options, io)));
}

async function serve(options: ServeOptions, io: Io): Promise<number> {
  const addresses = addressesOf(options);
  const trusted = trustedNetworks(options, addresses);
  const files = tlsFiles(options.tlsCert, options.tlsKey, options.tlsListen !== undefined);
  const log = new HealthCheckLog(createLog(io.stdout, options.log));
  const budget = new ClientBudget(log);
  const balancers = trusted && new TrustList(trusted);
  const { maildir, handler } = servingHandler(options.maildir, options.domain, balancers, log, budget);
  const server = createServer(
    handler,
    serverOptions(options, trusted, files, (diagnostic) =>
      writeDiagnostic(log, budget, balancers, diagnostic),
    ),
  );
  if (options.logDialogue === true) logDialogue(server, log);
  await maildir.prepare().catch((error: unknown) => {
    throw maildirFailure(maildir.directory, error);
  });

  const listening: SocketAddress[] = [];
  for (const address of addresses) listening.push(await listen(server, address));
  const summary = {
    addresses: listening,
    maildir: maildir.directory,
    domains: options.domain,
    trusted,
    untrusted: options.proxyUntrusted,
    proxyTimeout: options.proxyTimeout,
    startTls: files !== undefined,
  };
  if (options.log === 'text') io.stdout.write(`${welcome(summary)}\n`);
  else log.write('listening', '', summaryFacts(summary));

  if (files !== undefined) process.on('SIGHUP', () => reloadTls(server, files, log));
  const signal = await shutdownSignal(files === undefined);
  log.write(
    'closing',
    `${signal}: finishing what is in flight, at most ${options.drain} ms; again to end now`,
    { signal },
  );
  await server.close({ drain: options.drain });
  budget.report();
  log.report();
  log.write('closed', 'closed', {});
  return EXIT.ok;
}

/** Where to listen: where the options say, otherwise the one address that needs no option. */
function addressesOf({ listen: clear, tlsListen }: ServeOptions): SocketAddress[] {
  const tls = (tlsListen ?? []).map((address) => ({ ...address, tls: true }));
  return [...(clear ?? (tls.length > 0 ? [] : [DEFAULT_ADDRESS])), ...tls];
}

function reloadTls(server: SMTPServer, files: TlsFiles, log: Log): void {
  try {
    server.replaceTLS(readTls(files));
    log.write('tls-reloaded', 'SIGHUP: new connections get the certificate as it is now', {});
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    log.write('tls-not-reloaded', `SIGHUP: the certificate in use stays: ${cause}`, {
      level: 'error',
      cause,
    });
  }
}

function directory(text: string): string {
  if (text === '') throw new Error('Expected the name of a directory.');
  return text;
}

/** A network as the server takes it. */
function networkText(text: string): string {
  const network = text === 'unix' || text === 'anyone' ? undefined : Network.read(text);
  if (typeof network !== 'string') return text;
  throw new Error(
    network === NO_NETWORK
      ? 'Expected a network such as 10.0.0.0/8 or 2001:db8::/32, a single address, "unix" or "anyone".'
      : `It ${network}.`,
  );
}

/** The trusted networks; `undefined` where no proxy is expected. */
function trustedNetworks(
  options: ServeOptions,
  addresses: readonly SocketAddress[],
): readonly string[] | undefined {
  if (!options.proxy) {
    for (const [name, value] of Object.entries(NEEDS_PROXY)) {
      if (options[name as keyof typeof NEEDS_PROXY] !== undefined)
        throw new UsageError(`--no-proxy and ${value} exclude each other.`);
    }
    return undefined;
  }
  if (options.proxyTrust !== undefined) return options.proxyTrust;
  return addresses.some((address) => 'path' in address) ? [...LOOPBACK, 'unix'] : LOOPBACK;
}

/** Options that say how headers are read, and their names. */
const NEEDS_PROXY = {
  proxyTrust: '--proxy-trust',
  proxyMixedFamilies: '--proxy-mixed-families',
  proxyTlv: '--proxy-tlv',
  proxyDuplicates: '--proxy-duplicates',
  proxyUnspec: '--proxy-unspec',
} as const satisfies Partial<Record<keyof ServeOptions, string>>;

function proxyOptions(options: ServeOptions, trusted: readonly string[]): ProxyOptions {
  const { proxyTimeout: timeout, proxyUntrusted: untrusted, proxyUnspec: unspec } = options;
  const { proxyMixedFamilies: mixedFamilies, proxyTlv: tlv, proxyDuplicates: duplicates } = options;
  const decode: DecodeOptions = {
    ...(mixedFamilies === undefined ? {} : { mixedFamilies }),
    ...(tlv === undefined ? {} : { tlv }),
    ...(duplicates === undefined ? {} : { duplicates }),
  };
  return { timeout, trusted, untrusted, decode, ...(unspec === undefined ? {} : { unspec }) };
}

function serverOptions(
  options: ServeOptions,
  trusted: readonly string[] | undefined,
  files: TlsFiles | undefined,
  diagnostics: (diagnostic: Diagnostic) => void,
): SMTPServerOptions {
  const { hostname, sizeLimit, bareNewlines } = options;
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(sizeLimit === undefined ? {} : { dataSizeLimit: sizeLimit }),
    ...(trusted === undefined ? {} : { proxyProtocol: proxyOptions(options, trusted) }),
    ...(bareNewlines === undefined ? {} : { bareNewlines }),
    ...(files === undefined ? {} : { tls: readTls(files) }),
    diagnostics,
  };
}

function writeDiagnostic(
  log: Log,
  budget: ClientBudget,
  balancers: TrustList | undefined,
  diagnostic: Diagnostic,
): void {
  const { level, code, text, session, error, client } = diagnostic;
  // The command ends with it, and says so itself.
  if (code === 'listen-failed') return;
  // The handler says it, with the route of the message.
  if (code === 'message-refused') return;
  // Health checks are counted, whatever they say.
  const unnamed = client?.address === null && !client.proxied;
  if (code === 'refused' && unnamed && balancers !== undefined) return;
  const cause = error instanceof Error ? error.message : null;
  const hint = FLAGS.find(([option]) => text.includes(option))?.[1] ?? HINTS[code];
  const sentence = [text, cause, hint].filter((part) => part !== null && part !== undefined).join(': ');
  const line = `${session === undefined ? '' : `[${session}] `}${level}: ${sentence}`;
  const facts = { level, session, text, cause };
  if (client === undefined) log.write(code, line, facts);
  else budget.write(client, code, line, facts);
}

/** Writes what is said in every session of the server. */
function logDialogue(server: SMTPServer, log: Log): void {
  subscribe(CHANNELS.dialogue, (message) => {
    const { server: of, session, from, text } = message as DialogueEvent;
    if (of !== server) return;
    log.write('dialogue', `[${session.id}] ${from === 'client' ? '>' : '<'} ${text}`, {
      session: session.id,
      from,
      text,
    });
  });
}

/** Flags for options of the library that a text names. */
const FLAGS: readonly (readonly [option: string, hint: string])[] = [
  ['mixedFamilies:', 'here --proxy-mixed-families'],
  ['duplicates:', 'here --proxy-duplicates first'],
  ['tlv:', 'here --proxy-tlv lenient'],
  ['unspec:', 'here --proxy-unspec accept'],
];

/** Hints for diagnostics that an option of the command line can settle. */
const HINTS: Readonly<Record<string, string>> = {
  'untrusted-peer': 'if it is your balancer, name it with --proxy-trust',
  'proxy-header-missing': 'if clients connect without a balancer, say --no-proxy',
  'proxy-header-refused': 'if clients connect without a balancer, say --no-proxy',
  'proxy-timeout-short': 'say so with --proxy-timeout',
  'proxy-header-misplaced': 'if your balancer sends it, name it with --proxy-trust, and leave --no-proxy out',
};

/** Makes the server; options that it refuses came from the arguments, so they are a usage error. */
function createServer(handler: Handler, options: SMTPServerOptions): SMTPServer {
  try {
    return new SMTPServer(handler, options);
  } catch (error) {
    throw error instanceof TypeError || error instanceof RangeError
      ? new UsageError(`${error.message}.`)
      : error;
  }
}

async function listen(server: SMTPServer, address: SocketAddress): Promise<SocketAddress> {
  try {
    const { port } = await server.listen(address);
    return 'path' in address ? address : { ...address, port };
  } catch (error) {
    await server.close({ drain: 0 });
    throw listenFailure(address, error);
  }
}
