/** Which headers let a connection in, by the options of a listener: the same for every server. */

import { type ProxyData, V2_CMD } from '../index.ts';
import type { ProxySettings } from './proxy-options.ts';

/** Why a header does not let a connection in, or undefined where it does. */
export function refusalReason(
  data: ProxyData,
  { unknown, unspec }: Pick<ProxySettings, 'unknown' | 'unspec'>,
): string | undefined {
  if (!data.valid) return data.error ?? 'not valid';
  if (data.proxied) return undefined;
  const unspecified = data.command === V2_CMD.PROXY;
  if (unspecified)
    return unspec === 'reject' ? 'command PROXY with an unspecified family or transport' : undefined;
  return unknown === 'reject' ? 'it names no client (LOCAL or UNKNOWN)' : undefined;
}

/** Log text for a header that did not come in time. */
export const MISSING_HEADER =
  'no PROXY header came in time: does the balancer send one (send-proxy, proxy_protocol on), and does it wait for the ' +
  'client to speak first, as AWS NLB does by default?';

/** Log text for a header where the application's own octets are expected. */
export const MISPLACED_HEADER =
  'a PROXY header came where none is read (a second one, or one from a peer that is taken for the client itself)';
