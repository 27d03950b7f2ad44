import { expect, test } from 'vitest';
import type { Handler } from '../../src/index.ts';
import { makeCertificate } from './parts/certificate.ts';
import { describeWith } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import { run } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

/** Milliseconds: it takes 20 s on a quiet machine, and eight times that where others have the processors. */
const HUNG = 800_000;
const MX = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);

describeWith(['testssl'], 'testssl.sh', () => {
  const stage = new Stage();

  test.concurrent.for([
    { title: 'STARTTLS', tls: false, how: ['--starttls', 'smtp'] },
    { title: 'implicit TLS', tls: true, how: [] },
  ])('finds no fault with $title', async ({ title, tls, how }) => {
    const options = { tls: { key: MX.key, cert: MX.certificate } };
    const mail = await MailServer.start(stage, title, { options, tls });
    const quiet = ['--quiet', '--color', '0', '--warnings', 'batch', '--nodns', 'none'];
    const checks = ['--protocols', '--std', '--renegotiation'];
    const { code, stdout } = await run('testssl', [...quiet, ...how, ...checks, `127.0.0.1:${mail.port}`], {
      timeout: HUNG,
    });
    expect(stdout).not.toMatch(/NOT ok|VULNERABLE/);
    expect(code, stdout).toBe(0);
    // The words of versions 3.0 and 3.2 differ in places.
    const verdicts = stdout.split('\n').filter((line) => line.includes('(OK)'));
    expect(verdicts.map((line) => line.trim().replaceAll(/ {2,}/g, ': '))).toEqual([
      'SSLv2: not offered (OK)',
      'SSLv3: not offered (OK)',
      'TLS 1.2: offered (OK)',
      'TLS 1.3: offered (OK): final',
      'NULL ciphers (no encryption): not offered (OK)',
      'Anonymous NULL Ciphers (no authentication): not offered (OK)',
      'Export ciphers (w/o ADH+NULL): not offered (OK)',
      expect.stringMatching(/^LOW: 64 Bit \+ DES, RC\[2,4\].* \(w\/o export\): not offered \(OK\)$/),
      expect.stringMatching(/^(Forward Secrecy s|S)trong encryption \(AEAD ciphers\).*: offered \(OK\)$/),
      'Secure Renegotiation (RFC 5746): supported (OK)',
      'Secure Client-Initiated Renegotiation: not vulnerable (OK)',
    ]);
  });
});

describeWith(['nmap'], "nmap's smtp-open-relay", () => {
  const stage = new Stage();
  const scan = (port: number): ReturnType<typeof run> =>
    run('nmap', ['-n', '-Pn', '-p', String(port), '--script', '+smtp-open-relay', '127.0.0.1']);

  test('finds no way around a handler that takes mail for its own domain only', async () => {
    const asked: string[] = [];
    const hooks: Handler = {
      handleRCPT: (_server, _session, _envelope, address) => {
        asked.push(address);
        return address.endsWith('@mx.example') ? undefined : '550 5.7.1 No relay';
      },
    };
    const mail = await MailServer.start(stage, 'mail', { options: {}, hooks });
    const { stdout } = await scan(mail.port);
    expect(stdout).toContain("|_smtp-open-relay: Server doesn't seem to be an open relay, all tests failed");
    expect(asked).toContain('relaytest@nmap.scanme.org');
    expect(await mail.delivered()).toEqual([]);
  });

  test('would tell an open relay', async () => {
    const mail = await MailServer.start(stage, 'open', { options: {} });
    const { stdout } = await scan(mail.port);
    expect(stdout).toMatch(/smtp-open-relay: Server is an open relay \(\d+\/\d+ tests\)/);
  });
});
