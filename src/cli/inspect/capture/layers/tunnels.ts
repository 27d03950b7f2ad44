import { CUT, other, u16 } from './layer.ts';
import type { Inside } from './layer.ts';

/** UDP ports of tunnels: VXLAN (RFC 7348, and what Linux took before), Geneve (RFC 8926), GTP-U, GRE, MPLS. */
const VXLAN = new Set([4789, 8472]);
const GENEVE = 6081;
const GTP_U = 2152;
const GRE_IN_UDP = 4754;
const MPLS_IN_UDP = 6635;

const MPLS_TYPE = 0x8847;
/** ERSPAN, a mirror port sent through GRE: type II, and type III. */
const ERSPAN_2 = 0x88be;
const ERSPAN_3 = 0x22eb;

export function isTunnelPort(port: number): boolean {
  return VXLAN.has(port) || [GENEVE, GTP_U, GRE_IN_UDP, MPLS_IN_UDP].includes(port);
}

/** What is in the payload of a datagram to the port of a tunnel; `undefined` when the payload is no such tunnel. */
export function ofUdpTunnel(port: number, payload: Buffer): Inside | undefined {
  if (port === GRE_IN_UDP) return ofGre(payload);
  if (port === MPLS_IN_UDP) return { layer: 'ethertype', type: MPLS_TYPE, octets: payload };
  if (payload.length < 8) return undefined;
  if (port === GENEVE) return ofGeneve(payload);
  if (port === GTP_U) return ofGtp(payload);
  // The flag says that the number of the network is valid; the other bits are reserved.
  if (((payload[0] ?? 0) & 0x08) === 0) return undefined;
  return { layer: 'ethernet', octets: payload.subarray(8), label: `VXLAN ${payload.readUIntBE(4, 3)}` };
}

function ofGeneve(payload: Buffer): Inside | undefined {
  const first = payload[0] ?? 0;
  if (first >> 6 !== 0) return undefined;
  const octets = payload.subarray(8 + (first & 0x3f) * 4);
  return { layer: 'ethertype', type: u16(payload, 2), octets, label: `Geneve ${payload.readUIntBE(4, 3)}` };
}

/** A packet of a mobile network's user (3GPP TS 29.281): version 1, message type "G-PDU". */
function ofGtp(payload: Buffer): Inside | undefined {
  const flags = payload[0] ?? 0;
  if (flags >> 4 !== 3 || payload[1] !== 0xff) return undefined;
  let at = 8;
  if ((flags & 7) !== 0) {
    at = 12;
    for (let next = payload[11] ?? 0; next !== 0 && at < payload.length;) {
      const size = Math.max(1, payload[at] ?? 1) * 4;
      next = payload[at + size - 1] ?? 0;
      at += size;
    }
  }
  return { layer: 'ip', octets: payload.subarray(at), label: `GTP ${payload.readUInt32BE(4)}` };
}

/** GRE (RFC 2784, RFC 2890), PPTP's version of it (RFC 2637), and what it carries. */
export function ofGre(octets: Buffer): Inside {
  if (octets.length < 4) return CUT;
  const flags = octets.readUInt16BE(0);
  const type = octets.readUInt16BE(2);
  const [hasChecksum, hasRouting, hasKey, hasSequence] = [0x8000, 0x4000, 0x2000, 0x1000].map(
    (bit) => (flags & bit) !== 0,
  );
  if (hasRouting === true) return other('GRE with routing');
  let at = hasChecksum === true ? 8 : 4;
  let label = 'GRE';
  if (hasKey === true) {
    if (octets.length < at + 4) return CUT;
    const key = octets.readUInt32BE(at);
    if ((flags & 7) === 0) label += ` ${key}`;
    at += 4;
  }
  if (hasSequence === true) at += 4;
  const hasAcknowledgement = (flags & 0x87) === 0x81;
  if (hasAcknowledgement) at += 4;
  if (type === ERSPAN_2)
    return {
      layer: 'ethernet',
      octets: octets.subarray(at + (hasSequence === true ? 8 : 0)),
      label: 'ERSPAN',
    };
  if (type === ERSPAN_3) {
    const hasSubheader = ((octets[at + 11] ?? 0) & 1) === 1;
    return { layer: 'ethernet', octets: octets.subarray(at + (hasSubheader ? 20 : 12)), label: 'ERSPAN' };
  }
  return { layer: 'ethertype', type, octets: octets.subarray(at), label };
}
