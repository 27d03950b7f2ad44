import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectTLS } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { decode, encode, type ProxyData } from '../../../src/proxy/index.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import type { ClientCertificate, Credentials, Verdict } from '../../../src/sasl/index.ts';
import { certificate } from '../model/certificate.ts';
import { greeted, type Rig, say } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const OK = '235 2.7.0 Authenticated\r\n';
const FAILED = '535 5.7.8 Authentication credentials invalid\r\n';
const UNKNOWN = '504 5.5.4 Mechanism not recognised\r\n';

describe('AUTH EXTERNAL', () => {
  it('takes a certificate verified here or by the balancer, each by explicit option', async () => {
    const external = (sources: ('tls' | 'proxy')[]): SMTPServerOptions => ({
      authenticator: (credentials) =>
        credentials.kind === 'certificate' && credentials.certificate.commonName === 'client.test',
      auth: { external: sources },
    });
    const data = (await import('../../../src/proxy/index.ts')).decode(
      encode({
        srcAddr: '203.0.113.7',
        srcPort: 4321,
        dstAddr: '198.51.100.25',
        dstPort: 25,
        tlvs: { SSL_CLIENT: 7, SSL_VERIFY: 0, SSL_CN: 'client.test', SSL_VERSION: 'TLSv1.3' },
      }),
    );
    const proxied = (sources: ('tls' | 'proxy')[]): Rig => {
      const rig = greeted({}, external(sources));
      rig.session.proxyData = (data as { data: ProxyData }).data;
      rig.say('EHLO c\r\n');
      return rig;
    };
    expect(await say(proxied(['proxy']), 'AUTH EXTERNAL =')).toBe(OK);
    expect(await say(proxied(['tls']), 'AUTH EXTERNAL =')).toMatch(/^504/);
    expect(await say(proxied([]), 'AUTH EXTERNAL =')).toMatch(/^504/);
    const pem = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));
    const tls = { key: pem('server.key'), cert: pem('server.crt'), requestCert: true, ca: pem('client.crt') };
    const { port } = await serve({}, { ...external(['tls']), tls }, { tls: true });
    for (const [name, reply] of [
      ['client', OK],
      ['other', '504 5.5.4 Mechanism not recognised\r\n'],
    ] as const) {
      const own = { key: pem(`${name}.key`), cert: pem(`${name}.crt`) };
      const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false, ...own }));
      await client.until('truepeer\r\n');
      await client.ask('EHLO c');
      expect(await client.ask('AUTH EXTERNAL =')).toBe(reply);
    }
  });

  it('no value of a certificate looks like a further part of its subject', async () => {
    let subject: unknown;
    const rig = greeted(
      {},
      {
        authenticator: (credentials) => {
          subject = credentials.kind === 'certificate' && credentials.certificate.subject;
          return true;
        },
        auth: { external: ['tls'] },
      },
    );
    rig.session.tls = {
      authorized: true,
      peerCertificate: { subject: { CN: 'a, OU=boss', O: 'b\\"c"' } },
      channelBindings: () => ({ types: [] }),
    } as unknown as TLSInfo;
    rig.say('EHLO c\r\n');
    expect(await say(rig, 'AUTH EXTERNAL =')).toBe(OK);
    expect(subject).toBe('CN=a\\, OU=boss, O=b\\\\\\"c\\"');
  });

  it.each<[string | undefined, string, unknown]>([
    ['a, OU=boss', OK, 'CN=a\\, OU=boss'],
    ['', UNKNOWN, undefined],
    [undefined, UNKNOWN, undefined],
  ])('the balancer says that a certificate with the common name %j is good', async (name, reply, seen) => {
    let subject: unknown;
    const rig = greeted(
      {},
      {
        authenticator: (credentials) => {
          subject = credentials.kind === 'certificate' && credentials.certificate.subject;
          return true;
        },
        auth: { external: ['proxy'] },
        timeouts: { authFailure: 1 },
      },
    );
    const header = encode({
      srcAddr: '203.0.113.7',
      srcPort: 4321,
      dstAddr: '198.51.100.25',
      dstPort: 25,
      tlvs: { SSL_CLIENT: 7, SSL_VERIFY: 0, ...(name !== undefined && { SSL_CN: name }) },
    });
    const decoded = decode(header);
    if (decoded.status !== 'ok') throw new Error(decoded.status);
    rig.session.proxyData = decoded.data;
    rig.say('EHLO c\r\n');
    expect(await say(rig, 'AUTH EXTERNAL =')).toBe(reply);
    expect(subject).toBe(seen);
  });

  it("the certificate of a peer that speaks for its client is not its client's (XCLIENT)", async () => {
    const rig = greeted(
      {},
      { authenticator: () => true, auth: { external: ['tls'] }, xclient: { trusted: ['192.0.2.1'] } },
    );
    rig.session.tls = {
      authorized: true,
      peerCertificate: { subject: { CN: 'mail-proxy' } },
      channelBindings: () => ({ types: [] }),
    } as unknown as TLSInfo;
    expect(rig.say('EHLO c\r\n')).toContain('EXTERNAL');
    rig.say('XCLIENT ADDR=203.0.113.7\r\n');
    expect(rig.say('EHLO c\r\n')).not.toContain('EXTERNAL');
    expect(await say(rig, 'AUTH EXTERNAL =')).toMatch(/^504 /);
    expect(rig.session.tls).toMatchObject({ authorized: false, peerCertificate: null });
  });
});

describe('a certificate without a subject', () => {
  const pem = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));
  const own = { key: pem('nameless.key'), cert: pem('nameless.crt') };
  const { fingerprint256, raw } = new X509Certificate(own.cert);
  const subjectAltName = 'URI:spiffe://example.test/mailer, DNS:mailer.test';
  const names = { commonName: null, subject: '', subjectAltName, fingerprint256 };

  it.each<[string, (seen: ClientCertificate) => Verdict, string, string | undefined]>([
    ['its name from the authenticator', () => ({ authenticated: true, identity: 'mailer' }), OK, 'mailer'],
    ['its fingerprint', ({ fingerprint256: print }) => print === fingerprint256, OK, fingerprint256],
    ['nothing, when the authenticator refuses it', () => false, FAILED, undefined],
  ])('is judged by its other names, and gets %s', async (_gets, judge, reply, identity) => {
    let seen: unknown;
    const authenticator = (credentials: Credentials): Verdict => {
      seen = credentials.kind === 'certificate' && credentials.certificate;
      return judge(seen as ClientCertificate);
    };
    const tls = { ...certificate, requestCert: true, ca: own.cert };
    const options = {
      tls,
      authenticator,
      auth: { external: ['tls'] },
      timeouts: { authFailure: 1 },
    } as const;
    const { port, server } = await serve({}, options, { tls: true });
    const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false, ...own }));
    await client.until('truepeer\r\n');
    expect(await client.ask('EHLO c')).toMatch(/^250-AUTH EXTERNAL/m);
    expect(await client.ask('AUTH EXTERNAL =')).toBe(reply);
    expect(seen).toMatchObject({ source: 'tls', ...names });
    const [session] = server.sessions;
    expect(session?.identity?.identity).toBe(identity);
  });

  it.each<[string, object, boolean]>([
    ['whole: it is offered, with its names', { SSL_CLIENT_CERT: raw }, true],
    ['without a name: it is not offered', {}, false],
    ['as octets that are none: it is not offered', { SSL_CLIENT_CERT: Buffer.from('none') }, false],
  ])('from the balancer %s', async (_what, tlvs, offered) => {
    let seen: unknown;
    const rig = greeted(
      {},
      {
        authenticator: (credentials) => (
          (seen = (credentials as { certificate?: unknown }).certificate),
          true
        ),
        auth: { external: ['proxy'] },
      },
    );
    const ends = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };
    const decoded = decode(encode({ ...ends, tlvs: { SSL_CLIENT: 7, SSL_VERIFY: 0, ...tlvs } }));
    if (decoded.status !== 'ok') throw new Error(decoded.status);
    rig.session.proxyData = decoded.data;
    expect(/^250-AUTH .*EXTERNAL/m.test(rig.say('EHLO c\r\n'))).toBe(offered);
    expect(await say(rig, 'AUTH EXTERNAL =')).toMatch(offered ? /^235 / : /^504 /);
    expect(seen).toEqual(offered ? { source: 'proxy', ...names, raw: expect.anything() } : undefined);
  });
});
