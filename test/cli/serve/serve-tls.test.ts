import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startServing } from './serve-process.ts';
import type { Serving } from './serve-process.ts';
import { truepeer } from '../support.ts';

const CERTIFICATES = join(import.meta.dirname, '../../smtp/certificates');

describe('truepeer serve with a certificate, for domains of its own', () => {
  let directory: string;
  let certificate: string;
  let key: string;
  let serving: Serving;
  let tlsPort: string;

  const useCertificate = (name: string) => {
    copyFileSync(join(CERTIFICATES, `${name}.crt`), certificate);
    copyFileSync(join(CERTIFICATES, `${name}.key`), key);
  };
  const send = (port: number | string, ...args: string[]) =>
    truepeer(['send', '--to', `127.0.0.1:${port}`, ...args]);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'truepeer-tls-'));
    [certificate, key] = [join(directory, 'mx.crt'), join(directory, 'mx.key')];
    useCertificate('server');
    serving = await startServing(
      '--listen',
      '127.0.0.1:0',
      '--tls-listen',
      '127.0.0.1:0',
      '--tls-cert',
      certificate,
      '--tls-key',
      key,
      '--domain',
      'example.net',
      '--domain',
      'b\u00fccher.example',
    );
    tlsPort = (await serving.printed(/127\.0\.0\.1:(\d+) \(TLS\) and stores/u))[1] ?? '';
  });

  afterEach(() => useCertificate('server'));

  afterAll(async () => {
    await serving.remove();
    rmSync(directory, { recursive: true });
  });

  it('says what to send next', () => {
    expect(serving.output()).toContain(
      ` and stores mail for example.net, xn--bcher-kva.example in ${serving.maildir}; it is no relay.\n`,
    );
    expect(serving.output()).toContain(
      `--from-client 203.0.113.7:4321 --to 127.0.0.1:${serving.port} --starttls --rcpt postmaster@example.net\n`,
    );
  });

  it('takes mail by STARTTLS, and by TLS from the start, the PROXY header before it', async () => {
    for (const [port, how] of [
      [serving.port, '--starttls'],
      [tlsPort, '--tls'],
    ] as const) {
      const { code, out } = await send(port, how, '--from-client', '[2001:db8::7]:4321');
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringMatching(
          /\n\(TLSv1\.3, certificate of mx\.test, which does not verify \([A-Z_]+\)\)\n/u,
        ),
      });
      await serving.printed(new RegExp(`client \\[2001:db8::7\\]:4321 through proxy`, 'u'));
    }
    const received = serving.messages().map((message) => /^\tby \S+ with (\S+) /mu.exec(message)?.[1]);
    expect(received).toEqual(['ESMTPS', 'ESMTPS']);
  });

  it('reads the certificate again at SIGHUP; a bad one changes nothing', async () => {
    useCertificate('other');
    serving.kill('SIGHUP');
    await serving.printed(/SIGHUP: new connections get the certificate as it is now\n/u);
    expect((await send(serving.port, '--starttls')).out).toContain('certificate of other.test');
    copyFileSync(import.meta.filename, certificate);
    serving.kill('SIGHUP');
    await serving.printed(/SIGHUP: the certificate in use stays: option tls: .*\n/u);
    expect((await send(serving.port, '--starttls')).out).toContain('certificate of other.test');
  });

  it('takes mail for its domains and for postmaster, in every spelling; for no other', async () => {
    const ours = ['Postmaster', 'a@EXAMPLE.net', 'b@b\u00fccher.example', 'c@xn--bcher-kva.example'];
    expect(await send(serving.port, ...ours.flatMap((address) => ['--rcpt', address]))).toMatchObject({
      code: 0,
    });
    for (const address of [
      'x@example.org',
      'x@sub.example.net',
      'x@[127.0.0.1]',
      '"x@example.net"@example.org',
    ]) {
      expect(await send(serving.port, '--rcpt', address)).toMatchObject({
        code: 1,
        err: `error: The server refused the recipient <${address}>: 550 5.7.1 No mail for this domain here\n`,
      });
    }
    await serving.printed(/\] refused recipient <x@example\.org>: not in --domain\n/u);
  });
});
