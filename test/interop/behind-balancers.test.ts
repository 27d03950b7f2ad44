import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTransport } from 'nodemailer';
import { expect, onTestFinished, test } from 'vitest';
import type { Handler } from '../../src/smtp/api/handler.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';
import { AF, PROTO, V2_CMD } from '../../src/proxy/index.ts';
import { makeCertificate } from './parts/certificate.ts';
import {
  DOCUMENTED_CONFIG,
  startDocumentedHAProxy,
  startHAProxy,
  startHitch,
  startNginx,
  startStunnel,
} from './parts/daemons.ts';
import { place } from './parts/header.ts';
import type { Header } from './parts/header.ts';
import { describeWith } from './parts/installed.ts';
import { expectDelivery } from './parts/expect-delivery.ts';
import { MailServer } from './parts/mail-server.ts';
import type { Program } from './parts/program.ts';
import { Stage } from './parts/stage.ts';
import type { Client } from './parts/stage.ts';

const MESSAGE =
  'From: a@client.example\r\nTo: b@mx.example\r\nSubject: through\r\n\r\nHello.\r\n..dots\r\n.\r\nend\r\n';
const MX = makeCertificate('mx.example', ['mx.example']);

describeWith(['haproxy'], 'behind HAProxy', () => {
  const stage = new Stage();

  test('with the configuration of the README', async () => {
    const mail = await MailServer.start(stage, 'documented');
    const haproxy = await startDocumentedHAProxy(stage, mail.port);
    const client = await sendThrough(stage, haproxy);
    const header = await expectDelivery(mail, client, MESSAGE);
    const [[, checksum] = [], [, id] = []] = header.tlvs;
    expect(header).toEqual({
      ...v2Header(client, haproxy),
      tlvs: [
        ['CRC32C', checksum],
        ['UNIQUE_ID', id],
      ],
    });
    expect(checksum).toBeTypeOf('number');
    expect(Buffer.from(id as Uint8Array).toString()).toMatch(
      new RegExp(`^127\\.0\\.0\\.2:${client.port}-\\d+-\\d+$`),
    );
  });

  test('which takes TLS off and vouches for the client certificate', async () => {
    const user = makeCertificate('user.example');
    const mail = await MailServer.start(stage, 'certificate');
    const pem = await stage.file('mx.pem', MX.certificate + MX.key);
    const authorities = await stage.file('users.pem', user.certificate);
    const haproxy = await startHAProxy(
      stage,
      1,
      ([port]) => `
listen smtps
  bind 127.0.0.1:${port} ssl crt ${pem} ca-file ${authorities} verify required
  server mx 127.0.0.1:${mail.port} send-proxy-v2-ssl-cn`,
    );
    const client = await sendThrough(stage, haproxy, { tls: { cert: user.certificate, key: user.key } });
    expect(await expectDelivery(mail, client, MESSAGE)).toEqual({
      ...v2Header(client, haproxy),
      tlvs: [
        ['SSL', { client: 7, verify: 0 }],
        ['SSL/SSL_VERSION', 'TLSv1.3'],
        ['SSL/SSL_CN', 'user.example'],
      ],
    });
  });

  test('over a Unix socket, for a client with IPv6', async () => {
    const path = join(stage.dir, 'smtp.sock');
    const options = { proxyProtocol: { timeout: 60_000, trusted: ['unix'] } };
    const mail = await MailServer.start(stage, 'unix', { options, path });
    const haproxy = await startHAProxy(
      stage,
      1,
      ([port]) => `
listen smtp
  bind 127.0.0.1:${port}
  bind [::1]:${port}
  server mx unix@${path} send-proxy-v2`,
    );
    const client = await sendThrough(stage, haproxy, { from: '::1', to: '::1' });
    expect(await expectDelivery(mail, client, MESSAGE, { peer: 'unix' })).toEqual({
      ...v2Header(client, haproxy),
      family: AF.INET6,
      destination: place('::1', haproxy.ports[0]),
    });
  });

  test.for(['STARTTLS', 'implicit TLS'] as const)('which passes %s through', async (how) => {
    const implicit = how === 'implicit TLS';
    const options = {
      proxyProtocol: { timeout: 60_000, trusted: ['127.0.0.1'] },
      tls: { key: MX.key, cert: MX.certificate },
    };
    const mail = await MailServer.start(stage, how, { options, tls: implicit });
    const haproxy = await startHAProxy(
      stage,
      1,
      ([port]) => `
listen smtp
  bind 127.0.0.1:${port}
  server mx 127.0.0.1:${mail.port} send-proxy-v2`,
    );
    const client = await sendThrough(stage, haproxy, implicit ? { tls: {} } : { requireTLS: true });
    expect(await expectDelivery(mail, client, MESSAGE, { tls: 'TLSv1.3' })).toEqual(
      v2Header(client, haproxy),
    );
  });

  test('whose health checks get their greeting and name nobody', async () => {
    const mail = await MailServer.start(stage, 'checked');
    const haproxy = await startHAProxy(
      stage,
      1,
      ([port]) => `
listen smtp
  log stdout format raw local0
  option log-health-checks
  option smtpchk EHLO check.example
  bind 127.0.0.1:${port}
  server mx 127.0.0.1:${mail.port} send-proxy-v2 check inter 50 rise 2`,
    );
    await expect
      .poll(() => haproxy.log)
      .toMatch(/Health check for server smtp\/mx succeeded, reason: Layer7 check passed/);
    expect(mail.headers.filter(({ command }) => command === V2_CMD.LOCAL)[0]).toEqual({
      version: 2,
      command: V2_CMD.LOCAL,
      family: AF.UNSPEC,
      protocol: PROTO.UNSPEC,
      source: 'none',
      destination: 'none',
      tlvs: [],
    });
  });

  test('whose health checks in version 1 name its own socket, which is nobody', async () => {
    const clients: unknown[] = [];
    const hooks: Handler = { handleConnect: (_server, { client }) => void clients.push(client) };
    const mail = await MailServer.start(stage, 'checked-v1', { hooks });
    const haproxy = await startHAProxy(
      stage,
      1,
      ([port]) => `
listen smtp
  log stdout format raw local0
  option log-health-checks
  option smtpchk EHLO check.example
  bind 127.0.0.1:${port}
  server mx 127.0.0.1:${mail.port} send-proxy check inter 50 rise 2`,
    );
    await expect
      .poll(() => haproxy.log)
      .toMatch(/Health check for server smtp\/mx succeeded, reason: Layer7 check passed/);
    expect(mail.headers[0]).toMatchObject({ version: 1, family: AF.INET });
    expect(clients[0]).toEqual({ address: null, port: null, family: null, proxied: false });
  });
});

describeWith(['nginx'], 'behind nginx', () => {
  const stage = new Stage();

  test('proxy_protocol on', async () => {
    const mail = await MailServer.start(stage, 'mail');
    const nginx = await startNginx(
      stage,
      1,
      ([port]) => `server {
        listen 127.0.0.1:${port};
        proxy_pass 127.0.0.1:${mail.port};
        proxy_protocol on;
      }`,
    );
    const client = await sendThrough(stage, nginx);
    expect(await expectDelivery(mail, client, MESSAGE)).toEqual(v1Header(client, nginx));
  });

  test.for([true, false])(
    'behind another balancer, which names both families: mixedFamilies %s',
    async (mixedFamilies) => {
      const told: string[] = [];
      const seen: unknown[] = [];
      const handler: Handler = {
        handlePROXY: (_server, _session, _envelope, { version, family, srcAddr, dstAddr }) =>
          seen.push([version, family, srcAddr, dstAddr]) > 0,
      };
      const server = new SMTPServer(handler, {
        proxyProtocol: { timeout: 60_000, trusted: ['127.0.0.1'], decode: { mixedFamilies } },
        diagnostics: ({ code, text: line }) => void told.push(`${code}: ${line}`),
      });
      const mail = await server.listen({ host: '127.0.0.1', port: 0 });
      onTestFinished(() => server.close({ drain: 0 }));
      const nginx = await startNginx(
        stage,
        1,
        ([port]) => `server {
        listen 127.0.0.1:${port} proxy_protocol;
        set_real_ip_from 127.0.0.1;
        proxy_pass 127.0.0.1:${mail.port};
        proxy_protocol on;
      }`,
      );
      const socket = connect(nginx.ports[0]!, '127.0.0.1');
      socket.write('PROXY TCP6 2001:db8::77 2001:db8::25 4321 25\r\nQUIT\r\n');
      expect(await text(socket)).toMatch(mixedFamilies ? /^220 .*\r\n221 .*\r\n$/u : /^$/u);
      const named = [1, AF.INET6, '2001:db8::77', '127.0.0.1'];
      expect(seen).toEqual(mixedFamilies ? [named] : []);
      const refused = /^proxy-header-refused: .*v1-bad-ipv6.* \(decode: \{ mixedFamilies: true \} takes/mu;
      expect(told.some((line) => refused.test(line))).toBe(!mixedFamilies);
    },
  );
});

describeWith(['stunnel4'], 'behind stunnel', () => {
  const stage = new Stage();

  test('protocol = proxy', async () => {
    const mail = await MailServer.start(stage, 'mail');
    const pem = await stage.file('mx.pem', MX.certificate + MX.key);
    const stunnel = await startStunnel(stage, `127.0.0.1:${mail.port}`, pem);
    const client = await sendThrough(stage, stunnel, { tls: {} });
    expect(await expectDelivery(mail, client, MESSAGE)).toEqual(v1Header(client, stunnel));
  });
});

describeWith(['hitch'], 'behind hitch', () => {
  const stage = new Stage();

  test.for(['v1', 'v2'] as const)('--write-proxy-%s', async (version) => {
    const mail = await MailServer.start(stage, version);
    const pem = await stage.file('mx.pem', MX.certificate + MX.key);
    const hitch = await startHitch(stage, mail.port, version, pem);
    const client = await sendThrough(stage, hitch, { tls: {} });
    const header = await expectDelivery(mail, client, MESSAGE);
    if (version === 'v1') return expect(header).toEqual(v1Header(client, hitch));
    expect({ ...header, tlvs: header.tlvs.map(([name]) => name) }).toEqual({
      ...v2Header(client, hitch),
      tlvs: ['AUTHORITY', 'SSL', 'SSL/SSL_VERSION', 'SSL/SSL_CIPHER'],
    });
  });
});

test('the HAProxy configuration in the README is the one that runs here', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(await readFile(DOCUMENTED_CONFIG, 'utf8'));
});

/** How a client reaches a balancer. */
interface Way {
  readonly from?: string;
  readonly to?: string;
  /** TLS from the first octet, with these options. */
  readonly tls?: { readonly cert?: string; readonly key?: string };
  /** STARTTLS. */
  readonly requireTLS?: boolean;
}

/** Sends MESSAGE with nodemailer through a balancer, from 127.0.0.2 unless told. */
async function sendThrough(
  stage: Stage,
  { ports: [port = 0] }: Program,
  { from = '127.0.0.2', to = '127.0.0.1', tls, requireTLS = false }: Way = {},
): Promise<Client> {
  const security = tls && { tls: { servername: 'mx.example', ca: MX.certificate, ...tls } };
  const client = await stage.client({ from, to, port, ...security });
  const transport = createTransport({
    connection: client.socket,
    secured: tls !== undefined,
    name: 'client.example',
    requireTLS,
    ignoreTLS: !requireTLS,
    tls: { servername: 'mx.example', ca: MX.certificate },
  });
  const envelope = { from: 'a@client.example', to: 'b@mx.example' };
  const { response } = await transport.sendMail({ envelope, raw: MESSAGE });
  expect(response).toMatch(/^250 2\.\d\.0 /);
  return client;
}

function v1Header(client: Client, { ports }: Program): Header {
  return { ...v2Header(client, { ports } as Program), version: 1, command: null };
}

function v2Header(client: Client, { ports: [port = 0] }: Program): Header {
  return {
    version: 2,
    command: V2_CMD.PROXY,
    family: AF.INET,
    protocol: PROTO.STREAM,
    source: place(client.address, client.port),
    destination: place('127.0.0.1', port),
    tlvs: [],
  };
}
