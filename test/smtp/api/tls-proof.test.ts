/** A key, a certificate and options with which no client could connect are refused before they are used. */

import { readFileSync } from 'node:fs';
import { connect as connectTLS, createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { TLSOptions } from '../../../src/smtp/api/options/tls-options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { Client, serve } from '../loopback.ts';

const pair = (name: string): { key: Buffer; cert: Buffer } => ({
  key: readFileSync(new URL(`../certificates/${name}.key`, import.meta.url)),
  cert: readFileSync(new URL(`../certificates/${name}.crt`, import.meta.url)),
});
const ecdsa = pair('server');
const rsa = pair('rsa');

const REFUSED: Readonly<Record<string, [TLSOptions, RegExp]>> = {
  'an RSA key and an ECDSA certificate': [{ key: rsa.key, cert: ecdsa.cert }, /key is not that of the cert/],
  'an ECDSA key and an RSA certificate': [{ key: ecdsa.key, cert: rsa.cert }, /key is not that of the cert/],
  'such a pair in lists': [{ key: [rsa.key], cert: [ecdsa.cert] }, /no handshake can succeed/],
  'the oldest version above the newest': [
    { ...ecdsa, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
    /minVersion TLSv1\.3 is above maxVersion TLSv1\.2/,
  ],
  'a newest version below the default oldest': [{ ...ecdsa, maxVersion: 'TLSv1.1' }, /is above maxVersion/],
  'ciphers for RSA': [
    { ...ecdsa, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
    /no shared cipher/,
  ],
  'ciphers for RSA, with TLS 1.3 beside them': [
    { ...ecdsa, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    /TLSv1\.2, which minVersion allows: no shared cipher/,
  ],
  'ciphers for ECDSA': [{ ...rsa, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, /no shared cipher/],
  'ciphers with DHE and no parameters': [
    { ...rsa, ciphers: 'DHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' },
    /no shared cipher/,
  ],
  'signatures that the key cannot make': [{ ...ecdsa, sigalgs: 'RSA-PSS+SHA256' }, /signature algorithm/],
  'TLS 1.0 without its security level': [
    { ...rsa, minVersion: 'TLSv1', ciphers: 'DEFAULT' },
    /TLSv1, which minVersion allows/,
  ],
};

const ACCEPTED: Readonly<Record<string, TLSOptions>> = {
  ECDSA: ecdsa,
  RSA: rsa,
  'both, in any order': { key: [rsa.key, ecdsa.key], cert: [ecdsa.cert, rsa.cert] },
  'TLS 1.3 alone': { ...ecdsa, minVersion: 'TLSv1.3' },
  'TLS 1.3 alone, by its ciphers': { ...ecdsa, ciphers: 'TLS_AES_128_GCM_SHA256' },
  'TLS 1.2 alone': { ...ecdsa, maxVersion: 'TLSv1.2' },
  'TLS 1.0, as devices need it': { ...ecdsa, minVersion: 'TLSv1' },
  'TLS 1.0 by ciphers': { ...rsa, minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
  'a protocol by its old name': { ...rsa, secureProtocol: 'TLSv1_2_method' },
  'one curve': { ...ecdsa, ecdhCurve: 'P-384' },
  'a curve by another name': { ...ecdsa, ecdhCurve: 'prime256v1:X25519' },
  'options that are undefined': {
    ...ecdsa,
    minVersion: undefined,
    maxVersion: undefined,
    ciphers: undefined,
  },
};

describe('a context is proven by handshakes before it is used', () => {
  it.each(Object.entries(REFUSED))('%s: Node takes it, the server does not', async (_name, [tls, why]) => {
    expect(() => createSecureContext(tls)).not.toThrow();
    expect(() => new SMTPServer({}, { tls })).toThrow(why);
    expect(() => new SMTPServer({}, { tls: { ...ecdsa, names: { 'b.test': tls } } })).toThrow(
      /names\["b\.test"\]/,
    );
    const { server, port } = await serve({ handleDATA() {} }, { tls: ecdsa }, { tls: true });
    expect(() => server.replaceTLS(tls)).toThrow(TypeError);
    const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    expect(await client.until('\r\n')).toMatch(/^220 /);
  });

  it.each(Object.entries(ACCEPTED))('%s', (_name, tls) => {
    expect(() => new SMTPServer({}, { tls })).not.toThrow();
  });

  it('the error names the option and holds no key', () => {
    try {
      void new SMTPServer({}, { tls: { key: [rsa.key], cert: [ecdsa.cert] } });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
      expect(String((error as Error).stack)).not.toContain(rsa.key.toString().split('\n')[1]);
    }
  });
});

describe('suites in CBC mode', () => {
  const cbc = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' } as const;
  it.each([
    ['are not taken by default', ecdsa, false],
    ['are taken when they are named', { ...ecdsa, ciphers: 'ECDHE-ECDSA-AES128-SHA256' }, true],
  ])('%s', async (_what, tls, taken) => {
    const { port } = await serve(
      { handleDATA() {} },
      { tls: { ...tls, maxVersion: 'TLSv1.2' } },
      { tls: true },
    );
    const socket = connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false, ...cbc });
    const met = await new Promise((resolve) => {
      socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    expect(met).toBe(taken);
  });
});

describe('rejectUnauthorized', () => {
  const tls = { ...ecdsa, requestCert: true, rejectUnauthorized: true, ca: [pair('client').cert] };
  it.each<[string, object, boolean]>([
    ['a client with a certificate that verifies comes in', pair('client'), true],
    ['one with another is refused', pair('other'), false],
    ['one without is refused', {}, false],
  ])('%s', async (_what, own, enters) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const seen: string[] = [];
      const handler = {
        handleConnect: () => void seen.push('connect'),
        handleSTARTTLS: () => void seen.push('tls'),
      };
      const codes: string[] = [];
      const options = { tls, diagnostics: ({ code }: { code: string }) => void codes.push(code) };
      const { port } = await serve(handler, options, { tls: true });
      const client = new Client(
        connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion, ...own }),
      );
      const heard = await Promise.race([client.until('\r\n').catch(() => 'closed'), client.ended]);
      client.socket.destroy();
      expect([heard.slice(0, 3), seen, codes.includes('tls-failed')]).toEqual(
        enters ? ['220', ['tls', 'connect'], false] : [expect.not.stringMatching('220'), [], true],
      );
    }
  });
});
