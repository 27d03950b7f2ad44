/** What a TLS handshake has established, and why it has failed. */

import type { PeerCertificate, TLSSocket } from 'node:tls';
import { type ChannelBindings, channelBindingsOf } from '../../sasl/index.ts';
import { escapeText } from '../../wire/messages/escape.ts';

/** Facts about an encrypted connection. */
export interface TLSInfo {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** The cipher suite by its standard name. */
  readonly cipher: string;
  /** The server name the client asked for (SNI), untrusted; null without. */
  readonly servername: string | null;
  /** Whether the client gave a certificate that verifies. */
  readonly authorized: boolean;
  /** The client's certificate, verified or not; null without. */
  readonly peerCertificate: PeerCertificate | null;
  /** Channel bindings, for SCRAM-SHA-256-PLUS. */
  channelBindings(): ChannelBindings;
}

/** What the handshake has established. */
export function describeTLS(socket: TLSSocket): TLSInfo {
  const certificate = socket.getPeerCertificate();
  let bindings: ChannelBindings | undefined;
  const given = Object.keys(certificate ?? {}).length > 0;
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    servername: servernameOf(socket),
    authorized: given && verifies(socket),
    peerCertificate: given ? certificate : null,
    channelBindings: () => (bindings ??= channelBindingsOf(socket)),
  };
}

/** What a log may show of a connection's TLS: of a certificate its subject and its fingerprint. */
export function describeForLog({
  protocol,
  cipher,
  servername,
  authorized,
  peerCertificate,
}: TLSInfo): object {
  const certificate = peerCertificate && {
    subject: { ...peerCertificate.subject },
    subjectAltName: peerCertificate.subjectaltname,
    fingerprint256: peerCertificate.fingerprint256,
  };
  return { protocol, cipher, servername, authorized, certificate };
}

function servernameOf(socket: TLSSocket): string | null {
  const { servername } = socket as { servername?: string | false | null };
  return typeof servername === 'string' && servername !== '' ? servername : null;
}

/** A socket made without `tls.Server` does not say so itself. */
function verifies(socket: TLSSocket): boolean {
  return verifyError(socket) === null;
}

/** Why the client's certificate does not verify, or that there is none; null for one that does. */
export function verifyError(socket: TLSSocket): Error | null {
  const { ssl } = socket as { ssl?: { verifyError?(): Error | null | undefined } };
  if (typeof ssl?.verifyError !== 'function') return new Error('the certificate was not verified');
  return ssl.verifyError() ?? null;
}

/** Why a handshake failed, for the log: what OpenSSL says, or the system; printable. */
export function handshakeFault(
  fault: (Error & { readonly code?: string; readonly reason?: string }) | undefined,
): string {
  return fault === undefined ? 'the client left' : escapeText(fault.reason ?? fault.code ?? fault.message);
}
