/** Which headers let a connection in, and as whose, by the options of a listener: the same for every server. */

import { PROTO, type ProxyData, V2_CMD } from '../index.ts';
import { type Client, clientOf, type Peer } from './peer.ts';
import { optInFor } from './opt-ins.ts';
import type { ProxySettings } from './proxy-options.ts';

/** The options that decide. */
type Policy = Pick<ProxySettings, 'unknown' | 'unspec' | 'otherTransport' | 'secret' | 'codec' | 'decode'>;

/**
 * Judges a header. The octets of the shared secret are blotted out in it, whatever the verdict.
 *
 * @param carrier the transport that the header came over.
 * @returns whom it names, or why it does not let the connection in.
 */
export function judge(
  data: ProxyData,
  peer: Peer,
  policy: Policy,
  carrier: PROTO = PROTO.STREAM,
): Client | string {
  const secret = policy.secret === null ? 'right' : policy.secret.take(data);
  if (!data.valid) return `${data.error ?? 'not valid'}${optInFor(data, policy)}`;
  const client = clientOf(data, peer);
  if (!client.proxied) return unnamed(data, policy) ?? client;
  if (data.protocol !== carrier && policy.otherTransport === 'reject') {
    const [named, real] = carrier === PROTO.STREAM ? ['DGRAM', 'a stream'] : ['STREAM', 'a datagram'];
    return `it names a client by ${named}, and came in ${real} (otherTransport: 'accept' lets it in)`;
  }
  if (secret !== 'right') return `the shared secret is ${secret}`;
  return client;
}

/** Why a header that names no client does not let the connection in, or undefined where it does. */
function unnamed(data: ProxyData, { unknown, unspec }: Policy): string | undefined {
  if (!data.proxied && data.command === V2_CMD.PROXY)
    return unspec === 'reject'
      ? "command PROXY with an unspecified family or transport (unspec: 'accept' takes it)"
      : undefined;
  return unknown === 'reject' ? "it names no client (LOCAL, UNKNOWN, or the proxy's own socket)" : undefined;
}

/** Log text for a header that did not come in time. */
export const MISSING_HEADER =
  'no PROXY header came in time: does the balancer send one (send-proxy, proxy_protocol on), and does it wait for the ' +
  'client to speak first, as AWS NLB does by default?';

/** Log text for a header where the application's own octets are expected. */
export const MISPLACED_HEADER =
  'a PROXY header came where none is read (a second one, or one from a peer that is taken for the client itself)';
