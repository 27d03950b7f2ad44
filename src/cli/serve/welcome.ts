import { showSocketAddress } from '../shared/endpoints.ts';
import type { SocketAddress } from '../shared/endpoints.ts';
import type { Facts } from '../shared/log.ts';

/** The settings of `truepeer serve`, as it reports them at its start. */
export interface ServeSummary {
  addresses: readonly SocketAddress[];
  maildir: string;
  /** The domains that mail is taken for, or `undefined` for any. */
  domains: readonly string[] | undefined;
  /** Whether STARTTLS is offered. */
  startTls: boolean;
  /** The trusted balancers, or `undefined` where clients connect directly. */
  trusted: readonly string[] | undefined;
  /** What happens to peers that are not trusted. */
  untrusted: 'reject' | 'direct';
  proxyTimeout: number;
}

const DEFAULT_TARGET = '127.0.0.1:2525';

/** What the server listens for, whom it trusts, and what to send next. */
export function welcome(summary: ServeSummary): string {
  const { addresses, maildir, domains, trusted, untrusted, proxyTimeout } = summary;
  const others = untrusted === 'direct' ? 'Everybody else is a direct client, without a header.' : '';
  const recipients = domains === undefined ? 'any recipient' : domains.join(', ');
  const expects =
    trusted === undefined
      ? 'Takes mail from clients that connect directly; a PROXY header is not expected.'
      : `Expects a PROXY header (version 1 or 2) within ${proxyTimeout} ms, and believes it from ${listed(trusted)}. ${others}`.trimEnd();
  return [
    `truepeer listens on ${addresses.map(showListener).join(' and ')} and stores mail for ${recipients} in ${maildir}; it is no relay.`,
    expects,
    `Next, in another terminal: ${nextCommand(summary)}`,
  ].join('\n');
}

/** The same for machines. */
export function summaryFacts(summary: ServeSummary): Facts {
  const { addresses, maildir, domains, startTls, trusted, proxyTimeout } = summary;
  return {
    places: addresses.map(showListener).join(', '),
    maildir,
    domains: domains?.join(' '),
    startTls,
    proxy: trusted !== undefined,
    trusted: trusted?.join(' '),
    proxyTimeout: trusted === undefined ? null : proxyTimeout,
    next: nextCommand(summary),
  };
}

function listed(trusted: readonly string[]): string {
  if (trusted.includes('anyone')) return 'anyone: whoever connects may claim to be any client';
  return `${trusted.map((network) => (network === 'unix' ? 'unix sockets' : network)).join(', ')} only`;
}

function showListener(address: SocketAddress): string {
  return `${showSocketAddress(address)}${address.tls === true ? ' (TLS)' : ''}`;
}

function nextCommand({ addresses: [address], domains, startTls, trusted }: ServeSummary): string {
  const target =
    address === undefined
      ? DEFAULT_TARGET
      : showSocketAddress(address).replace(/^(?:0\.0\.0\.0|\[::\]):/u, '127.0.0.1:');
  return [
    'npx truepeer send',
    trusted === undefined ? '--no-proxy' : '--from-client 203.0.113.7:4321',
    ...(target === DEFAULT_TARGET ? [] : [`--to ${target}`]),
    ...(address?.tls === true ? ['--tls'] : startTls ? ['--starttls'] : []),
    ...(domains === undefined ? [] : [`--rcpt postmaster@${domains[0]}`]),
  ].join(' ');
}
