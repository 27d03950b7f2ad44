import { showPlace } from './endpoints.ts';
import type { Place } from './endpoints.ts';
import type { Facts } from './log.ts';

/** What `truepeer serve` does, as it starts. */
export interface Standing {
  places: readonly Place[];
  maildir: string;
  /** The believed balancers, or `undefined` where clients connect directly. */
  trusted: readonly string[] | undefined;
  proxyTimeout: number;
}

const DEFAULT_TARGET = '127.0.0.1:2525';

/** What the server listens for, whom it trusts, and what to send next. */
export function welcome(standing: Standing): string {
  const { places, maildir, trusted, proxyTimeout } = standing;
  const expects =
    trusted === undefined
      ? 'Takes mail from clients that connect directly; a PROXY header is not expected.'
      : `Expects a PROXY header (version 1 or 2) within ${proxyTimeout} ms, and believes it from ${listed(trusted)}.`;
  return [
    `truepeer listens on ${places.map(showPlace).join(' and ')} and stores mail for any recipient in ${maildir}; it is no relay.`,
    expects,
    `Next, in another terminal: ${nextCommand(places[0], trusted !== undefined)}`,
  ].join('\n');
}

/** The same for machines. */
export function standingFacts({ places, maildir, trusted, proxyTimeout }: Standing): Facts {
  return {
    places: places.map(showPlace).join(' '),
    maildir,
    proxy: trusted !== undefined,
    trusted: trusted?.join(' '),
    proxyTimeout: trusted === undefined ? null : proxyTimeout,
    next: nextCommand(places[0], trusted !== undefined),
  };
}

function listed(trusted: readonly string[]): string {
  if (trusted.includes('anyone')) return 'anyone: whoever connects may claim to be any client';
  return `${trusted.map((network) => (network === 'unix' ? 'unix sockets' : network)).join(', ')} only`;
}

function nextCommand(place: Place | undefined, proxied: boolean): string {
  const target =
    place === undefined ? DEFAULT_TARGET : showPlace(place).replace(/^(?:0\.0\.0\.0|\[::\]):/u, '127.0.0.1:');
  const to = target === DEFAULT_TARGET ? '' : ` --to ${target}`;
  return `npx truepeer send ${proxied ? '--from-client 203.0.113.7:4321' : '--no-proxy'}${to}`;
}
