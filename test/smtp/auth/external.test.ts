import { readFileSync } from 'node:fs';
import { connect as connectTLS } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { decode, encode, type ProxyData } from '../../../src/proxy/index.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import { greeted, type Rig, say } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const OK = '235 2.7.0 Authenticated\r\n';
const FAILED = '535 5.7.8 Authentication credentials invalid\r\n';

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
    ['', FAILED, undefined],
    [undefined, FAILED, undefined],
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
