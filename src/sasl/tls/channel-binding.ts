import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { signatureHash } from './certificate-hash.ts';
import type { ChannelBindings } from '../mechanism.ts';

/** `tls-exporter`: keying material of the connection (RFC 9266). */
export const TLS_EXPORTER = 'tls-exporter';
/** `tls-server-end-point`: the hash of the server's certificate (RFC 5929 section 4). */
export const TLS_SERVER_END_POINT = 'tls-server-end-point';

/** The part of a `TLSSocket` that channel binding needs. */
export type BoundSocket = Pick<TLSSocket, 'getProtocol' | 'getX509Certificate' | 'exportKeyingMaterial'>;

/**
 * The channel bindings of the server's side of a TLS connection whose handshake is complete.
 *
 * `tls-exporter` is unique only under TLS 1.3, or under 1.2 with the extended master secret (RFC 9266 section 4.2), which
 * Node does not tell: so it is available under 1.3. `tls-server-end-point` is available when the certificate's signature
 * has a hash; not under Ed25519 (RFC 5929 section 4.1).
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const onTLS = (socket) => ({ hooks: {}, channelBindings: sasl.channelBindingsOf(socket) });
 * assert(typeof onTLS === 'function');
 */
export function channelBindingsOf(socket: BoundSocket): ChannelBindings {
  const certificate = socket.getX509Certificate()?.raw;
  const endPoint = certificate === undefined ? undefined : endPointOf(certificate);
  const types: string[] = [];
  if (socket.getProtocol() === 'TLSv1.3') types.push(TLS_EXPORTER);
  if (endPoint !== undefined) types.push(TLS_SERVER_END_POINT);
  return {
    types,
    data(type) {
      if (!types.includes(type)) return undefined;
      if (type === TLS_SERVER_END_POINT) return endPoint;
      // A connection that has ended has no keys, and Node throws.
      if (socket.getProtocol() === null) return undefined;
      return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    },
  };
}

/**
 * The octets of `tls-server-end-point` for a certificate in DER: its hash, by the hash function of its signature, SHA-256
 * in place of MD5 and SHA-1. Undefined when the signature has none.
 */
export function endPointOf(certificate: Uint8Array): Uint8Array | undefined {
  const name = signatureHash(certificate);
  if (name === undefined) return undefined;
  const strong = name === 'md5' || name === 'sha1' ? 'sha256' : name;
  return createHash(strong).update(certificate).digest();
}
