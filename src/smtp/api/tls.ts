/** The server's side of TLS: contexts that are proven before they are used, and can be replaced while the server runs. */

import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  DEFAULT_MAX_VERSION,
  type SecureContext,
  type SecureContextOptions,
  TLSSocket,
} from 'node:tls';
import { inspect } from 'node:util';
import { optionError } from '../../wire/messages/option-error.ts';
import { causeOf, isA } from '../../wire/thrown.ts';
import {
  type CertificateOptions,
  checkTLSOptions,
  hasCertificate,
  LEAST_VERSION,
  type TLSOptions,
} from './options/tls-options.ts';
import { verifyError } from './tls-info.ts';
import { proveHandshakes } from './options/tls-proof.ts';

/** Everything made of one set of options. */
interface Contexts {
  readonly main: SecureContext;
  readonly named: ReadonlyMap<string, SecureContext>;
  readonly SNICallback: TLSOptions['SNICallback'];
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

export class TLSContext {
  #contexts: Contexts;

  /** @throws TypeError that says what is wrong with an option, a key or a certificate. */
  constructor(options: TLSOptions) {
    this.#contexts = readContexts(options);
  }

  /** New connections use these options from now on. Bad ones throw, and change nothing. */
  replace(options: TLSOptions): void {
    this.#contexts = readContexts(options);
  }

  /** The server's end of TLS over a socket; it emits `secure` after the handshake. */
  wrap(socket: Socket): TLSSocket {
    const { main, named, SNICallback, requestCert, rejectUnauthorized } = this.#contexts;
    const choosing = named.size > 0 || SNICallback !== undefined;
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: main,
      requestCert,
      rejectUnauthorized,
      ...(choosing && { SNICallback: chooser(this.#contexts) }),
    });
    // Node leaves it to the server what a certificate is worth that does not verify.
    if (rejectUnauthorized)
      secure.prependOnceListener('secure', () => {
        const fault = verifyError(secure);
        if (fault !== null) secure.destroy(fault);
      });
    return secure;
  }

  /** What a log may show: no key, no certificate. */
  toJSON(): Record<string, unknown> {
    const { named, SNICallback, requestCert, rejectUnauthorized } = this.#contexts;
    const names = [...named.keys()];
    return { names, SNICallback: SNICallback !== undefined, requestCert, rejectUnauthorized };
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }
}

/** Chooses the certificate by server name. Without an answer the default one is shown. */
function chooser({ named, SNICallback }: Contexts): NonNullable<TLSOptions['SNICallback']> {
  return (name, callback) => {
    const context = named.get(name.toLowerCase());
    if (context !== undefined || SNICallback === undefined) return callback(null, context);
    const failed = (cause: unknown): void =>
      callback(isA(cause, Error) ? cause : new Error('SNICallback failed'));
    // One that is declared async rejects where others throw; Node would end the process.
    new Promise((resolve) => resolve(SNICallback(name, callback))).catch(failed);
  };
}

/** @throws TypeError for options that are wrong, or with which no handshake can succeed. */
function readContexts(options: TLSOptions): Contexts {
  checkTLSOptions(options);
  const { names = {}, SNICallback, requestCert = false, rejectUnauthorized = false, ...shared } = options;
  const full = requestCert || options.names !== undefined || SNICallback !== undefined;
  const main = { place: 'tls', ...contextOf('tls', shared, full) };
  const named = Object.entries(names).map(([name, own]) => {
    const place = `tls.names[${JSON.stringify(name)}]`;
    return { place, name: name.toLowerCase(), ...contextOf(place, { ...shared, ...own }, full) };
  });
  const shown = [...(hasCertificate(shared) ? [main] : []), ...named];
  if (shown.length > 0) {
    const faults = proveHandshakes(shown.map((each) => each.options));
    for (const [index, fault] of faults.entries())
      if (fault !== null) throw noHandshake(shown[index]!.place, fault);
  }
  return {
    main: main.context,
    named: new Map(named.map(({ name, context }) => [name, context])),
    SNICallback,
    requestCert,
    rejectUnauthorized,
  };
}

function noHandshake(place: string, fault: string): Error {
  return optionError(
    'ERR_INVALID_ARG_VALUE',
    `option ${place}: no handshake can succeed with this key, certificate, versions and ciphers: ${fault}`,
  );
}

/**
 * @param full whether every handshake must be a full one, since certificates depend on who asks whom: a session that is
 *   resumed under another server name would bring the client's certificate along as verified, and which of its own
 *   certificates the server showed is not known any more.
 */
function contextOf(
  place: string,
  given: CertificateOptions,
  full: boolean,
): { readonly context: SecureContext; readonly options: SecureContextOptions } {
  const options: SecureContextOptions = {
    honorCipherOrder: true,
    ...given,
    ...(given.secureProtocol === undefined && {
      minVersion: given.minVersion ?? LEAST_VERSION,
      maxVersion: given.maxVersion ?? DEFAULT_MAX_VERSION,
    }),
    ciphers: given.ciphers ?? defaultCiphers(given),
    secureOptions:
      (given.secureOptions ?? 0) |
      constants.SSL_OP_NO_RENEGOTIATION |
      constants.SSL_OP_NO_COMPRESSION |
      (full ? constants.SSL_OP_NO_TICKET : 0),
  };
  try {
    return { context: createSecureContext(options), options };
  } catch (error) {
    const hint = [given.key, given.cert].some(isNoPEM)
      ? '; key and cert are what the PEM files hold, not their names'
      : '';
    throw optionError(
      'ERR_INVALID_ARG_VALUE',
      `option ${place}: key, certificate or another value is not usable: ${causeOf(error)}${hint}`,
      error,
    );
  }
}

/**
 * Node's own, without suites in CBC mode: these are the ones whose authentication code is a hash. Versions below TLS 1.2
 * have no others, and need MD5 and SHA-1 in the handshake, which OpenSSL allows at security level 0 only.
 */
function defaultCiphers({ minVersion, secureProtocol }: CertificateOptions): string {
  if (minVersion === 'TLSv1' || minVersion === 'TLSv1.1') return `${DEFAULT_CIPHERS}:@SECLEVEL=0`;
  return secureProtocol === undefined ? `${DEFAULT_CIPHERS}:!SHA1:!SHA256:!SHA384` : DEFAULT_CIPHERS;
}

function isNoPEM(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('-----BEGIN');
}
