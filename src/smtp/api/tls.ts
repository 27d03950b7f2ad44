/** TLS of the server's side: options, a context that can be replaced while the server runs, facts about a connection. */

import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
  TLSSocket,
} from 'node:tls';
import { type ChannelBindings, channelBindingsOf } from '../../sasl/index.ts';
import { escapeText } from '../../wire/escape.ts';
import { optionError } from '../../wire/option-error.ts';

/**
 * Key, certificate and what else `tls.createSecureContext` takes; TLS 1.2 is the least unless said otherwise. For devices
 * that speak nothing newer, `minVersion: 'TLSv1'` is all that is needed: the cipher suites and signatures of TLS 1.0 and
 * 1.1 come with it, unless `ciphers` are given. It is not safe against an attacker on the network: give such devices a
 * server of their own.
 */
export interface TLSOptions extends SecureContextOptions {
  /** Other keys and certificates by the server name a client asks for (SNI), in any case. */
  readonly names?: Readonly<Record<string, SecureContextOptions>>;
  /** Gives another certificate for a server name that `names` lacks, as in `tls.createServer`. */
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
}

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

export class TLSContext {
  private options: TLSOptions;
  private context: SecureContext;
  private named: ReadonlyMap<string, SecureContext>;

  /** @throws TypeError that says what is wrong with key or certificate. */
  constructor(options: TLSOptions) {
    checkCertificate(options);
    this.options = options;
    this.context = contextOf(options);
    this.named = namedContexts(options);
  }

  /** New connections use these options from now on. Bad ones throw, and change nothing. */
  replace(options: TLSOptions): void {
    checkCertificate(options);
    const context = contextOf(options);
    this.named = namedContexts(options);
    this.context = context;
    this.options = options;
  }

  /** The server's end of TLS over a socket; it emits `secure` after the handshake. */
  wrap(socket: Socket): TLSSocket {
    const { requestCert = false, SNICallback } = this.options;
    const choosing = this.named.size > 0 || SNICallback !== undefined;
    return new TLSSocket(socket, {
      isServer: true,
      secureContext: this.context,
      requestCert,
      rejectUnauthorized: false,
      ...(choosing && { SNICallback: this.choose }),
    });
  }

  /** Without an answer the default certificate is shown. */
  private readonly choose: NonNullable<TLSOptions['SNICallback']> = (name, callback) => {
    const context = this.named.get(name.toLowerCase());
    const { SNICallback } = this.options;
    if (context !== undefined || SNICallback === undefined) return callback(null, context);
    const failed = (cause: unknown): void =>
      callback(cause instanceof Error ? cause : new Error('SNICallback failed'));
    // One that is declared async rejects where others throw; Node would end the process.
    new Promise((resolve) => resolve(SNICallback(name, callback))).catch(failed);
  };
}

function namedContexts({ names = {}, ...shared }: TLSOptions): ReadonlyMap<string, SecureContext> {
  return new Map(
    Object.entries(names).map(([name, own]) => [
      name.toLowerCase(),
      contextOf({ ...shared, ...own }, `.names[${JSON.stringify(name)}]`),
    ]),
  );
}

function contextOf(options: TLSOptions, place = ''): SecureContext {
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      honorCipherOrder: true,
      ...(isOld(options.minVersion) && { ciphers: `${DEFAULT_CIPHERS}:@SECLEVEL=0` }),
      ...options,
      secureOptions:
        (options.secureOptions ?? 0) |
        constants.SSL_OP_NO_RENEGOTIATION |
        constants.SSL_OP_NO_COMPRESSION |
        (depends(options) ? constants.SSL_OP_NO_TICKET : 0),
    });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const hint = [options.key, options.cert].some(isNoPEM)
      ? '; key and cert are what the PEM files hold, not their names'
      : '';
    throw optionError(
      'ERR_INVALID_ARG_VALUE',
      `option tls${place}: key, certificate or another value is not usable: ${cause}${hint}`,
      error,
    );
  }
}

/** Versions below TLS 1.2 need MD5 and SHA-1 in the handshake, which OpenSSL allows at security level 0 only. */
function isOld(version: SecureContextOptions['minVersion']): boolean {
  return version === 'TLSv1' || version === 'TLSv1.1';
}

function isNoPEM(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('-----BEGIN');
}

/** @throws TypeError where no certificate could be shown to anybody: STARTTLS would be offered, and always fail. */
function checkCertificate(options: TLSOptions): void {
  const { cert, key, pfx, privateKeyIdentifier, names, SNICallback } = Object(options) as TLSOptions;
  const own = pfx !== undefined || (cert !== undefined && (key ?? privateKeyIdentifier) !== undefined);
  if (own || SNICallback !== undefined || (names !== undefined && Object.keys(names).length > 0)) return;
  throw optionError(
    'ERR_MISSING_OPTION',
    'option tls: key and cert are expected (or pfx, names, SNICallback)',
  );
}

/**
 * Whether certificates depend on who asks whom, so that every handshake must be a full one: a session that is resumed
 * under another server name would bring the client's certificate along as verified, and which of its own certificates
 * the server showed is not known any more.
 */
function depends({ names, SNICallback, requestCert }: TLSOptions): boolean {
  return requestCert === true || names !== undefined || SNICallback !== undefined;
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
  const { ssl } = socket as { ssl?: { verifyError?(): Error | null | undefined } };
  return typeof ssl?.verifyError === 'function' && !ssl.verifyError();
}

/** Why a handshake failed, for the log: what OpenSSL says, or the system; printable. */
export function handshakeFault(
  fault: (Error & { readonly code?: string; readonly reason?: string }) | undefined,
): string {
  return fault === undefined ? 'the client left' : escapeText(fault.reason ?? fault.code ?? fault.message);
}
