import type { Spec } from '../../../../spec/types.ts';
import { AF, PP2_CLIENT, PROTO } from '../../../../generated/constants.ts';
import type { ProxyData, TlvVector } from '../../../proxy/index.ts';
import { verifyResult } from './x509.ts';

/** Something about a valid header that other receivers may read in another way, or that is easily misread. */
export interface Note {
  /** For machines. */
  code: string;
  /** A sentence, printable ASCII. */
  text: string;
}

/** Where a header was found. */
export interface Surroundings {
  /** What carried it; `undefined` where only its octets are known. */
  transport?: 'TCP' | 'UDP';
  /** Address and port of the sender, as `showAddress` writes them. */
  from?: string;
}

/**
 * Notes on a valid header. What receivers do was tried: Exim 4.96, Dovecot 2.3, lighttpd 1.4, Netty 4.1, HAProxy 2.6,
 * nginx 1.22, Apache 2.4, Postfix 3.7, OpenSMTPD 6.8, InspIRCd 3, RabbitMQ 3.10, Varnish 7.
 */
export function notesOf(header: ProxyData, spec: Spec, surroundings: Surroundings): Note[] {
  return [
    ...addressNotes(header, surroundings),
    ...familyNotes(header, surroundings),
    ...tlsNotes(header),
    ...(header.tlv?.vectors ?? []).flatMap((vector, _, all) => vectorNotes(vector, all, spec)),
  ];
}

function addressNotes(header: ProxyData, { from }: Surroundings): Note[] {
  const { srcAddr, srcPort, dstAddr, dstPort } = header;
  const notes: Note[] = [];
  if (srcPort === 0 || dstPort === 0) {
    const which = srcPort === 0 ? (dstPort === 0 ? 'both ports' : 'the source port') : 'the destination port';
    notes.push({
      code: 'port-zero',
      text: `0 is no port, and stands for ${which}; Exim, Dovecot, lighttpd and Netty refuse a version 1 line with it, others take it.`,
    });
  }
  for (const [side, address] of [
    ['source', srcAddr],
    ['destination', dstAddr],
  ] as const) {
    if (address !== '0.0.0.0' && address !== '::') continue;
    notes.push({
      code: `unspecified-${side}`,
      text: `${address} is no address of a ${side}${side === 'destination' ? '; Caddy always writes it, with port 0' : ''}.`,
    });
  }
  if (
    srcAddr !== null &&
    srcAddr === dstAddr &&
    header.family !== AF.UNIX &&
    srcAddr !== '0.0.0.0' &&
    srcAddr !== '::'
  )
    notes.push({
      code: 'source-is-destination',
      text: 'Source and destination are the same address: curl --haproxy-clientip writes the client for both, and a program on the same machine has one.',
    });
  if (from !== undefined && srcAddr !== null && from === endpoint(srcAddr, srcPort))
    notes.push({
      code: 'source-is-peer',
      text: 'The source is the sender of the header itself: so HAProxy checks health in version 1, and curl --haproxy-protocol connects.',
    });
  if (header.srcAddrMapped !== null)
    notes.push({
      code: 'mapped-address',
      text: `The source is an IPv4 address in IPv6 form; Varnish and Apache read ${header.srcAddrMapped}, others keep the form, and no IPv4 network matches it.`,
    });
  return notes;
}

function endpoint(address: string, port: number | null): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function familyNotes({ family, protocol }: ProxyData, { transport }: Surroundings): Note[] {
  const notes: Note[] = [];
  if (protocol === PROTO.DGRAM && transport !== 'UDP')
    notes.push({
      code: 'datagram-on-tcp',
      text: `DGRAM names a client of UDP${transport === 'TCP' ? ', and came over TCP' : ''}; over TCP HAProxy, Apache, OpenSMTPD and InspIRCd refuse it.`,
    });
  if (protocol === PROTO.STREAM && transport === 'UDP')
    notes.push({ code: 'stream-on-udp', text: 'STREAM names a client of TCP, and came in a datagram.' });
  if (family === AF.UNIX)
    notes.push({
      code: 'unix-socket',
      text: 'The client came over a UNIX socket and has no IP address; HAProxy, nginx, Apache, Postfix, Exim, Dovecot and RabbitMQ refuse it.',
    });
  return notes;
}

function tlsNotes({ tlv }: ProxyData): Note[] {
  const { SSL_CLIENT: client, SSL_VERIFY: verify, ALPN: alpn } = tlv ?? {};
  const notes: Note[] = [];
  if (alpn != null && client == null)
    notes.push({
      code: 'alpn-without-tls',
      text: 'ALPN without SSL: a protocol was named, and nothing says that the client used TLS.',
    });
  if (client == null || verify == null) return notes;
  const isTls = (client & PP2_CLIENT.SSL) !== 0;
  const hasCertificate = (client & (PP2_CLIENT.CERT_CONN | PP2_CLIENT.CERT_SESS)) !== 0;
  if (!isTls) notes.push({ code: 'no-tls', text: 'SSL is there, and says that the client did not use TLS.' });
  const name = verifyResult(verify) ?? `${verify}, which OpenSSL does not use`;
  notes.push({ code: 'ssl-verify', text: `SSL_VERIFY is ${name}: ${proof(hasCertificate, verify)}` });
  return notes;
}

function proof(hasCertificate: boolean, verify: number): string {
  if (!hasCertificate && verify === 0)
    return 'it proves nothing, because the client showed no certificate; HAProxy writes 0 then, hitch 1.';
  if (!hasCertificate) return 'the client showed no certificate.';
  return verify === 0
    ? 'the client showed a certificate, and the proxy verified it.'
    : 'the client showed a certificate that the proxy could not verify.';
}

function vectorNotes(
  { name, type, parent, octets, fault }: TlvVector,
  all: readonly TlvVector[],
  { ranges, tlvs }: Spec,
): Note[] {
  const isPadding = tlvs.some((row) => row.name === name && row.role === 'padding');
  if (octets.length === 0 && !isPadding)
    return [
      {
        code: 'tlv-empty',
        text: `${name} is empty; HAProxy writes that for a format without a value, and when the value begins with NUL.`,
      },
    ];
  const isShared = ranges.some(({ shared, from, to }) => shared && type >= from && type <= to);
  // What is inside tells more than what is around it.
  const isAround = all.some((vector) => vector.parent === name);
  if (fault === undefined || isAround || !(isShared || parent !== null)) return [];
  return [
    {
      code: 'tlv-misfit',
      text: `${name} does not fit its row (${fault}): another vendor uses the number, or a relay has cut the value, as HAProxy does at the first NUL.`,
    },
  ];
}
