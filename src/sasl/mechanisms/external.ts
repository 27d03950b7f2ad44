import type { ClientCertificate } from '../hooks.ts';
import { verify } from '../verify.ts';
import { clientFirst, type Move, refuse } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import { preparedName, utf8 } from '../text.ts';

/**
 * EXTERNAL (RFC 4422 appendix A): the client is who its certificate says; the message is the name to act as, or empty.
 * The authcid is the certificate's common name; its subject where there is none; and its fingerprint where it has neither,
 * as one for a service that is named by its alternative names. The authenticator sees all of these and decides.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const certificate = { source: 'tls', commonName: 'printer-7', subject: 'CN=printer-7,O=Example' };
 * const hooks = { authenticator: ({ certificate }) => certificate.commonName.startsWith('printer-') };
 * const step = sasl.external().start({ hooks, certificate }).step(Buffer.from(''));
 * assert(step.status === 'success' && step.identity.identity === 'printer-7');
 */
export function external(): Mechanism {
  return {
    name: 'EXTERNAL',
    clientFirst: true,
    plaintext: false,
    usable: ({ hooks, certificate }) =>
      hooks.authenticator !== undefined && Boolean(certificate && nameOf(certificate)),
    start: (context) => clientFirst((message) => takeMessage(context, message)),
  };
}

function takeMessage(context: SASLContext, message: Uint8Array): Move | PromiseLike<Move> {
  const { certificate } = context;
  if (!certificate) return refuse('wrong-credentials');
  const text = utf8(message);
  if (text === undefined) return refuse('not-utf8');
  if (text.includes('\0')) return refuse('malformed');
  const authzid = text === '' ? null : preparedName(context, text);
  if (authzid === undefined) return refuse('unprepared');
  const authcid = nameOf(certificate);
  // Node gives a list where a certificate has several common names: none of them is the name.
  if (typeof authcid !== 'string' || authcid === '' || /\p{Cc}/u.test(authcid))
    return refuse('wrong-credentials');
  const claim = { mechanism: 'EXTERNAL', authcid, authzid };
  return verify(context, claim, { kind: 'certificate', mechanism: 'EXTERNAL', certificate, authzid });
}

function nameOf({ commonName, subject, fingerprint256 }: ClientCertificate): unknown {
  return commonName || subject || fingerprint256;
}
