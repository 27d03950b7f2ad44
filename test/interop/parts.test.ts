import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { makeCertificate } from './parts/certificate.ts';
import { startHAProxy } from './parts/daemons.ts';
import { describeWith, findProgram, judge } from './parts/installed.ts';
import { accepts, freePorts } from './parts/ports.ts';
import { longOptions } from './parts/program.ts';
import { slowCrc32c } from './parts/slow-crc32c.ts';
import { Sink } from './parts/sink.ts';
import { Stage } from './parts/stage.ts';

test.for([
  [[], undefined, 'run'],
  [[], 'true', 'run'],
  [['nginx'], undefined, 'skip'],
  [['nginx'], 'false', 'skip'],
  [['nginx'], '', 'skip'],
  [['nginx'], 'true', 'fail'],
  [['nginx'], '1', 'fail'],
] as const)('with %j missing and CI=%s the tests %s', ([missing, ci, verdict]) => {
  expect(judge(missing, ci)).toBe(verdict);
});

test('a program is found by its name, on the PATH or in sbin', () => {
  expect(findProgram('sh')).toMatch(/^\/.*\/sh$/);
  expect(findProgram('no-such-program-anywhere')).toBeUndefined();
});

test('chosen ports differ and nobody listens there', async () => {
  const ports = await freePorts(3);
  expect(new Set(ports).size).toBe(3);
  expect(await Promise.all(ports.map(accepts))).toEqual([false, false, false]);
});

test('a certificate names its hosts, is valid now and is signed by its own key', () => {
  const { certificate, key } = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);
  const parsed = new X509Certificate(certificate);
  expect(parsed.subject).toBe('CN=mx.example');
  expect(parsed.subjectAltName).toBe('DNS:mx.example, IP Address:127.0.0.1');
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(Date.parse(parsed.validFrom)).toBeLessThan(Date.now());
  expect(Date.parse(parsed.validTo)).toBeGreaterThan(Date.now());
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
});

test('the slow checksum gives the published check value, the field counted as zero', () => {
  const text = Buffer.from('123456789');
  expect(slowCrc32c(text, text.length)).toBe(0xe306_9283);
  expect(slowCrc32c(Buffer.from('abcdxyz'), 0)).toBe(slowCrc32c(Buffer.from('\0\0\0\0xyz'), 0));
});

test('long options become arguments', () => {
  expect(longOptions({ server: 'a b', quit: true })).toEqual(['--server', 'a b', '--quit']);
});

test('a sink cuts what a sender sent before the marker, and tells the sender from others', async () => {
  const sink = await Sink.open();
  const [other, sender] = [1, 2].map(() => connect({ host: '127.0.0.1', port: sink.port }));
  other!.write('nothing of interest');
  sender!.write('header|payload');
  const { octets, from } = await sink.before('|payload');
  expect(octets.toString()).toBe('header');
  expect(from).toEqual({ address: '127.0.0.1', port: sender!.localPort });
  other!.destroy();
  sender!.destroy();
  const { port } = sink;
  await sink.close();
  expect(await accepts(port)).toBe(false);
});

describeWith(['haproxy'], 'a daemon', () => {
  const stage = new Stage();

  test('that cannot start is reported with its own words', async () => {
    await expect(startHAProxy(stage, 1, () => 'nonsense here')).rejects.toThrow(
      /haproxy did not come up[^]*unknown keyword 'nonsense'/,
    );
  });

  test('is stopped by pid, and its port is free again', async () => {
    const haproxy = await startHAProxy(stage, 1, ([port]) => `listen x\n  bind 127.0.0.1:${port}`);
    const [port = 0] = haproxy.ports;
    expect(await accepts(port)).toBe(true);
    await haproxy.stop();
    expect(await accepts(port)).toBe(false);
  });

  test('has its files in a folder of the stage', () => {
    expect(existsSync(`${stage.dir}/haproxy.cfg`)).toBe(true);
  });
});
