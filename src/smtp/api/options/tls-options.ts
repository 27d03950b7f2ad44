import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { optionError } from '../../../wire/messages/option-error.ts';
import * as check from './option-checks.ts';

/** What `tls.createSecureContext` takes. */
export type CertificateOptions = Omit<SecureContextOptions, 'ALPNCallback'>;

/**
 * Key, certificate and what else `tls.createSecureContext` takes; TLS 1.2 is the least unless said otherwise, and suites
 * in CBC mode are left out unless `ciphers` are given. For devices that speak nothing newer, `minVersion: 'TLSv1'` is all
 * that is needed: the cipher suites and signatures of TLS 1.0 and 1.1 come with it, unless `ciphers` are given. It is not
 * safe against an attacker on the network: give such devices a server of their own.
 *
 * An option that is not known is refused, and so are options with which no client could connect: handshakes are tried in
 * memory before a key, a certificate or a list of ciphers is used, with the newest and the oldest version that is allowed.
 * That takes some 25 ms, in which the process waits.
 */
export interface TLSOptions extends CertificateOptions {
  /** Other keys and certificates by the server name a client asks for (SNI), in any case. */
  readonly names?: Readonly<Record<string, CertificateOptions>>;
  /**
   * Gives another certificate for a server name that `names` lacks, as in `tls.createServer`. The contexts that it makes
   * are used as they are.
   */
  readonly SNICallback?: (
    servername: string,
    callback: (error: Error | null, context?: SecureContext) => void,
  ) => void;
  /**
   * Ask the client for a certificate. One that does not verify against `ca` is reported, not refused; without `ca` Node
   * accepts those of every public authority. With this, `names` or `SNICallback` no session is resumed: every handshake
   * is a full one.
   */
  readonly requestCert?: boolean;
  /**
   * Refuse clients without a certificate that verifies, in the handshake; needs `requestCert`. Default false. Not for a
   * public MX: hardly any mail server has a certificate to show.
   */
  readonly rejectUnauthorized?: boolean;
}

const CERTIFICATE: Record<keyof CertificateOptions, true> = {
  allowPartialTrustChain: true,
  ca: true,
  cert: true,
  ciphers: true,
  clientCertEngine: true,
  crl: true,
  dhparam: true,
  ecdhCurve: true,
  honorCipherOrder: true,
  key: true,
  maxVersion: true,
  minVersion: true,
  passphrase: true,
  pfx: true,
  privateKeyEngine: true,
  privateKeyIdentifier: true,
  secureOptions: true,
  secureProtocol: true,
  sessionIdContext: true,
  sessionTimeout: true,
  sigalgs: true,
  ticketKeys: true,
};
const KNOWN: Record<keyof TLSOptions, true> = {
  ...CERTIFICATE,
  names: true,
  SNICallback: true,
  requestCert: true,
  rejectUnauthorized: true,
};

/** @throws TypeError that names the option that is unknown, missing, or does not go with another. */
export function checkTLSOptions(options: TLSOptions): void {
  check.object('tls', options, KNOWN);
  const { names, SNICallback } = options;
  check.callback('tls.SNICallback', SNICallback);
  const requestCert = check.boolean('tls.requestCert', options.requestCert ?? false);
  if (check.boolean('tls.rejectUnauthorized', options.rejectUnauthorized ?? false) && !requestCert)
    throw optionError(
      'ERR_MISSING_OPTION',
      'option tls.rejectUnauthorized: without requestCert no client is asked for a certificate',
    );
  checkVersions('tls', options);
  checkPair('tls', options);
  if (names !== undefined) {
    check.record('tls.names', names);
    for (const [name, own] of Object.entries(names)) {
      const place = `tls.names[${JSON.stringify(name)}]`;
      check.object(place, own, CERTIFICATE);
      checkVersions(place, { ...options, ...own });
      checkPair(place, own);
    }
  }
  if (hasCertificate(options) || SNICallback !== undefined || Object.keys(names ?? {}).length > 0) return;
  // STARTTLS would be offered, and always fail.
  throw optionError(
    'ERR_MISSING_OPTION',
    'option tls: key and cert are expected (or pfx, names, SNICallback)',
  );
}

/** Whether a certificate can be shown with these options. */
export function hasCertificate({ cert, key, pfx, privateKeyIdentifier }: CertificateOptions): boolean {
  return pfx !== undefined || (cert !== undefined && (key ?? privateKeyIdentifier) !== undefined);
}

const VERSIONS: readonly unknown[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
export const LEAST_VERSION = 'TLSv1.2';

function checkVersions(place: string, { minVersion = LEAST_VERSION, maxVersion }: CertificateOptions): void {
  if (maxVersion === undefined || VERSIONS.indexOf(minVersion) <= VERSIONS.indexOf(maxVersion)) return;
  if (!VERSIONS.includes(maxVersion)) return;
  throw optionError(
    'ERR_INCOMPATIBLE_OPTION_PAIR',
    `option ${place}: minVersion ${minVersion} is above maxVersion ${maxVersion}`,
  );
}

/** OpenSSL takes a key of another type than the certificate's without a word. What cannot be read here, it refuses. */
function checkPair(place: string, { key, cert, passphrase }: CertificateOptions): void {
  if (!isPEM(key) || !isPEM(cert)) return;
  let belongs: boolean;
  try {
    const own = createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
    belongs = new X509Certificate(cert).checkPrivateKey(own);
  } catch {
    return;
  }
  if (!belongs)
    throw optionError(
      'ERR_INCOMPATIBLE_OPTION_PAIR',
      `option ${place}: the key is not that of the certificate (of the first one in cert)`,
    );
}

function isPEM(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}
