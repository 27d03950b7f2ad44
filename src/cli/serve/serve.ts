import { Option } from 'commander';
import type { Command } from 'commander';
import type { Diagnostic } from '../../proxy/node/diagnostic.ts';
import { Network, NO_NETWORK } from '../../proxy/node/network.ts';
import { TrustList } from '../../proxy/node/trust-list.ts';
import type { Handler } from '../../smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../smtp/api/options.ts';
import { SMTPServer } from '../../smtp/server/server.ts';
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
    .action((options: ServeOptions) => ready((io) => serve(options, io)));
}

async function serve(options: ServeOptions, io: Io): Promise<number> {
  const addresses = addressesOf(options);
  const trusted = trustedNetworks(options, addresses);
  const files = tlsFiles(options.tlsCert, options.tlsKey, options.tlsListen !== undefined);
  const log = new HealthCheckLog(createLog(io.stdout, options.log));
  const balancers = trusted && new TrustList(trusted);
  const { maildir, handler } = servingHandler(options.maildir, options.domain, balancers, log);
  const server = createServer(handler, serverOptions(options, trusted, files, log));
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
    if (options.proxyTrust !== undefined)
      throw new UsageError('--no-proxy and --proxy-trust exclude each other.');
    return undefined;
  }
  if (options.proxyTrust !== undefined) return options.proxyTrust;
  return addresses.some((address) => 'path' in address) ? [...LOOPBACK, 'unix'] : LOOPBACK;
}

function serverOptions(
  { hostname, sizeLimit, proxyTimeout: timeout, proxyUntrusted: untrusted }: ServeOptions,
  trusted: readonly string[] | undefined,
  files: TlsFiles | undefined,
  log: Log,
): SMTPServerOptions {
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(sizeLimit === undefined ? {} : { dataSizeLimit: sizeLimit }),
    ...(trusted === undefined ? {} : { proxyProtocol: { timeout, trusted, untrusted } }),
    ...(files === undefined ? {} : { tls: readTls(files) }),
    diagnostics: (diagnostic) => writeDiagnostic(log, diagnostic),
  };
}

function writeDiagnostic(log: Log, { level, code, text, session, error }: Diagnostic): void {
  const cause = error instanceof Error ? error.message : null;
  const hint = HINTS[code];
  const sentence = [text, cause, hint].filter((part) => part !== null && part !== undefined).join(': ');
  log.write(code, `${session === undefined ? '' : `[${session}] `}${level}: ${sentence}`, {
    level,
    session,
    text,
    cause,
  });
}

/** Hints for diagnostics that an option of the command line can settle. */
const HINTS: Readonly<Record<string, string>> = {
  'untrusted-peer': 'if it is your balancer, name it with --proxy-trust',
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
