/** What a mechanism is told of the session, and which mechanisms the session can use. */

import { X509Certificate } from 'node:crypto';
import { PP2_CLIENT } from '../../proxy/index.ts';
import {
  type ClientCertificate,
  type Mechanism,
  type SASLContext,
  type SASLHooks,
  usableMechanisms,
} from '../../sasl/index.ts';
import type { AuthSettings } from '../api/options/auth-options.ts';
import type { Session } from '../api/session.ts';
import type { SessionState } from '../engine/session-state.ts';
import type { Exchange } from '../engine/exchange.ts';

/** Names of the mechanisms that can succeed in the present state of the session, strongest first. */
export function offeredMechanisms(exchange: Exchange): string[] {
  const { auth } = exchange.settings;
  if (auth === null || exchange.session.authenticated) return [];
  return usableMechanisms(auth.registry, contextOf(exchange, auth, auth.hooks, []))
    .filter((mechanism) => !needsTLS(mechanism, exchange))
    .map(({ name }) => name);
}

export function needsTLS(mechanism: Mechanism, { settings, session }: Exchange): boolean {
  return mechanism.plaintext && settings.auth!.requireTLS && session.tls === null;
}

export function contextOf(
  exchange: Exchange,
  { external, hosts, ports, prepare }: AuthSettings,
  hooks: SASLHooks<Session>,
  offered = offeredMechanisms(exchange),
): SASLContext {
  const { session, settings } = exchange;
  return {
    hooks: hooks as SASLHooks,
    session: session.view,
    offered,
    channelBindings: session.tls?.channelBindings(),
    certificate: certificateOf(session, external),
    service: { host: settings.hostname, hosts, ports },
    prepare,
  };
}

/** The client certificate, verified by this server or, where option `external` says so, by the proxy; null without. */
function certificateOf(
  session: SessionState,
  sources: readonly ('tls' | 'proxy')[],
): ClientCertificate | null {
  const { tls, proxyData } = session;
  if (sources.includes('tls') && tls?.authorized === true && tls.peerCertificate !== null) {
    const { subject, subjectaltname, fingerprint256, raw } = tls.peerCertificate;
    // Without a subject Node gives an empty object, or none.
    const names: Partial<typeof subject> = subject ?? {};
    const line = Object.entries(names).map(([key, value]) => `${key}=${escapeRDN(String(value))}`);
    return {
      source: 'tls',
      commonName: typeof names.CN === 'string' ? names.CN : null,
      subject: line.join(', '),
      ...(subjectaltname !== undefined && { subjectAltName: subjectaltname }),
      fingerprint256,
      raw,
    };
  }
  const tlv = proxyData?.tlv;
  const given = (tlv?.SSL_CLIENT ?? 0) & (PP2_CLIENT.CERT_CONN | PP2_CLIENT.CERT_SESS);
  if (!sources.includes('proxy') || !tlv || given === 0 || tlv.SSL_VERIFY !== 0) return null;
  const commonName = tlv.SSL_CN ?? null;
  const subject = commonName ? `CN=${escapeRDN(commonName)}` : '';
  const raw = tlv.SSL_CLIENT_CERT;
  return { source: 'proxy', commonName, subject, ...(raw && { ...namesIn(raw), raw }) };
}

/** What a certificate says that the proxy hands on whole, in DER. */
function namesIn(raw: Uint8Array): Pick<ClientCertificate, 'subjectAltName' | 'fingerprint256'> {
  try {
    const { subjectAltName, fingerprint256 } = new X509Certificate(raw);
    return { ...(subjectAltName !== undefined && { subjectAltName }), fingerprint256 };
  } catch {
    // What the proxy sends is no certificate.
    return {};
  }
}

/** Escapes a value, so that it cannot add a further part to the name (RFC 4514 section 2.4). */
function escapeRDN(value: string): string {
  return value.replace(/[,+"\\<>;]/g, '\\$&');
}
