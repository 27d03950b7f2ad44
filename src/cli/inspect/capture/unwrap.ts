import type { CapturedPacket } from './captured-packet.ts';
import { ofIp } from './layers/ip.ts';
import { other } from './layers/layer.ts';
import type { Held, Inside } from './layers/layer.ts';
import { ofEthernet, ofEthertype, ofLink, ofPpp } from './layers/link.ts';
import { ofTransport } from './layers/transport.ts';

/** More layers than any network has; behind them a packet is only named. */
const MOST_LAYERS = 32;

/** What a captured packet holds, whatever it was wrapped in. */
export function unwrap({ linkType, octets, length }: CapturedPacket): Held {
  return unwrapped(ofLink(linkType, octets), Math.max(0, length - octets.length));
}

/** The same for octets that begin with an IP header, or with an Ethernet header before that. */
export function unwrapDumped(octets: Buffer): Held {
  const plain = unwrapped({ layer: 'ip', octets }, 0);
  return plain.kind === 'segment' ? plain : unwrapped({ layer: 'ethernet', octets }, 0);
}

function unwrapped(outermost: Inside, missing: number): Held {
  const labels: string[] = [];
  let inside = outermost;
  for (let count = 0; inside.layer !== 'held'; count++) {
    inside = count < MOST_LAYERS ? next(inside, missing) : other('tunnels inside one another');
    if (inside.label !== undefined) labels.push(inside.label);
  }
  const { held } = inside;
  if (labels.length === 0) return held;
  const via = labels.join(', ');
  if (held.kind === 'segment') held.segment.via = via;
  if (held.kind === 'datagram') held.datagram.via = via;
  return held;
}

function next(inside: Exclude<Inside, { layer: 'held' }>, missing: number): Inside {
  switch (inside.layer) {
    case 'ethernet':
      return ofEthernet(inside.octets);
    case 'ethertype':
      return ofEthertype(inside.type, inside.octets);
    case 'ppp':
      return ofPpp(inside.octets);
    case 'ip':
      return ofIp(inside.octets, missing);
    default:
      return ofTransport(inside);
  }
}
