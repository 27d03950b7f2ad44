import { describe, expect, it } from 'vitest';
import { type ClientCertificate, cramMD5, external, type SASLHooks } from '../../src/sasl/index.ts';
import { dialogue } from './support.ts';

const certificate: ClientCertificate = {
  source: 'tls',
  commonName: 'printer-7',
  subject: 'CN=printer-7,O=Example',
};
const printer = { mechanism: 'EXTERNAL', authcid: 'printer-7', authzid: null, identity: 'printer-7' };
const yes: SASLHooks = { authenticator: () => true };

describe('EXTERNAL (RFC 4422 appendix A)', () => {
  it('hands the certificate to the authenticator', async () => {
    const seen: unknown[] = [];
    const hooks: SASLHooks = { authenticator: (credentials) => (seen.push(credentials), true) };
    expect(await dialogue(external(), { hooks, certificate }, '')).toEqual([printer]);
    expect(await dialogue(external(), { hooks, certificate }, undefined, '')).toEqual([
      { challenge: '' },
      printer,
    ]);
    const asked = { kind: 'certificate', mechanism: 'EXTERNAL', certificate, authzid: null };
    expect(seen).toEqual([asked, asked]);
  });

  it.each<[string, SASLHooks, ClientCertificate | null, string | Uint8Array, unknown]>([
    ['itself by name', yes, certificate, 'printer-7', { ...printer, authzid: 'printer-7' }],
    ['somebody else', yes, certificate, 'boss', 'credentials: not-authorized'],
    [
      'somebody else who allows it',
      { ...yes, authorize: ({ authcid, authzid }) => authcid === 'printer-7' && authzid === 'office' },
      certificate,
      'office',
      { ...printer, authzid: 'office', identity: 'office' },
    ],
    [
      'a name that holds a line break',
      yes,
      { ...certificate, commonName: 'printer-7\r\nX: y' },
      '',
      'credentials: wrong-credentials',
    ],
    [
      'a subject without common name',
      yes,
      { ...certificate, commonName: null },
      '',
      { ...printer, authcid: certificate.subject, identity: certificate.subject },
    ],
    [
      'nobody at all',
      yes,
      { source: 'tls', commonName: '', subject: '' },
      '',
      'credentials: wrong-credentials',
    ],
    [
      'several common names',
      yes,
      { ...certificate, commonName: ['a', 'b'] as unknown as string },
      '',
      'credentials: wrong-credentials',
    ],
    ['no certificate', yes, null, '', 'credentials: wrong-credentials'],
    [
      'a certificate that the authenticator refuses',
      { authenticator: () => false },
      certificate,
      '',
      'credentials: wrong-credentials',
    ],
    ['NUL', yes, certificate, 'a\0b', 'protocol: malformed'],
    ['no UTF-8', yes, certificate, Buffer.from([0x80]), 'protocol: not-utf8'],
    ['a control character', yes, certificate, 'a\u0007', 'credentials: unprepared'],
  ])('%s', async (_name, hooks, given, message, expected) => {
    expect(await dialogue(external(), { hooks, certificate: given }, message)).toEqual([expected]);
  });

  it('is usable only with a certificate and an authenticator', () => {
    expect(external().usable({ hooks: yes, certificate })).toBe(true);
    expect(external().usable({ hooks: yes })).toBe(false);
    expect(external().usable({ hooks: yes, certificate: null })).toBe(false);
    expect(external().usable({ hooks: {}, certificate })).toBe(false);
  });
});

describe('CRAM-MD5 (RFC 2195, rule 68)', () => {
  const challenge = '<1896.697170952@postoffice.reston.mci.net>';
  const mechanism = cramMD5({ challenge: () => challenge });
  const hooks: SASLHooks = { cramSecret: (name) => (name === 'tim' ? 'tanstaaftanstaaf' : undefined) };
  const tim = { mechanism: 'CRAM-MD5', authcid: 'tim', authzid: null, identity: 'tim' };
  const digest = 'b913a602c7eda7a495b4e6e7334d3890';

  it('speaks the exchange of RFC 2195 section 2', async () => {
    expect(await dialogue(mechanism, { hooks }, undefined, `tim ${digest}`)).toEqual([{ challenge }, tim]);
  });

  it('takes a name with spaces', async () => {
    const any = { cramSecret: () => 'tanstaaftanstaaf' };
    expect(await dialogue(mechanism, { hooks: any }, undefined, `a b ${digest}`)).toEqual([
      { challenge },
      { ...tim, authcid: 'a b', identity: 'a b' },
    ]);
  });

  it.each([
    [`tom ${digest}`, 'credentials: wrong-credentials'],
    ['tim b913a602c7eda7a495b4e6e7334d3891', 'credentials: wrong-credentials'],
    [`tim ${digest.toUpperCase()}`, 'protocol: malformed'],
    [`tim ${digest}0`, 'protocol: malformed'],
    [`tim ${digest} `, 'protocol: malformed'],
    [`tim ${digest.slice(1)}`, 'protocol: malformed'],
    [`tim  ${digest.slice(1)}`, 'protocol: malformed'],
    [` ${digest}`, 'protocol: malformed'],
    [digest, 'protocol: malformed'],
    ['', 'protocol: malformed'],
    [`t\0m ${digest}`, 'protocol: malformed'],
    [Buffer.from([0xff, 0x20]), 'protocol: not-utf8'],
    [`t\u0007m ${digest}`, 'credentials: unprepared'],
  ])('refuses %j', async (response, expected) => {
    expect((await dialogue(mechanism, { hooks }, undefined, response))[1]).toBe(expected);
  });

  it.each([undefined, null, '', '\u0007', 7])('a secret of %j lets nobody in', async (secret) => {
    const given = { cramSecret: () => secret as string };
    expect((await dialogue(mechanism, { hooks: given }, undefined, `tim ${digest}`))[1]).toBe(
      'credentials: wrong-credentials',
    );
  });

  it('refuses an initial response', async () => {
    expect(await dialogue(mechanism, { hooks }, `tim ${digest}`)).toEqual([
      'protocol: unexpected-initial-response',
    ]);
  });

  it('makes a fresh challenge each time, with the name of the host', async () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 20; round++) {
      const [step] = await dialogue(cramMD5(), { hooks, service: { host: 'mx.test' } }, undefined);
      expect(step).toEqual({ challenge: expect.stringMatching(/^<[0-9a-f]{36}@mx\.test>$/) });
      seen.add((step as { challenge: string }).challenge);
    }
    expect(seen.size).toBe(20);
  });

  it('needs its hook; one that throws is a temporary failure', async () => {
    const down = () => {
      throw new Error('down');
    };
    expect(cramMD5().usable({ hooks: {} })).toBe(false);
    expect(cramMD5().usable({ hooks })).toBe(true);
    for (const given of [{}, { cramSecret: down }]) {
      expect((await dialogue(mechanism, { hooks: given }, undefined, `tim ${digest}`))[1]).toBe(
        'temporary: hook-failed',
      );
    }
  });
});
