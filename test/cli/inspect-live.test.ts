import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pcap, tcpPacket } from './captures.ts';

const LOADER = join(import.meta.dirname, '../../codegen/typescript-loader.mjs');
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c633641910e10019', 'hex');

/** A pcap file without its header: what tcpdump writes later. */
const more = (packets: readonly Buffer[]) => pcap(packets, { linkType: 101 }).subarray(24);
const sent = (port: number, sequence: number, payload: Buffer | string) =>
  tcpPacket({ from: [10, 0, 0, 1, port], to: [10, 0, 0, 2, 25], sequence, payload: Buffer.from(payload) });

/** A running `truepeer inspect -`, its input open. */
function inspecting(...options: string[]) {
  const child = spawn(process.execPath, ['--import', LOADER, MAIN, 'inspect', '-', ...options]);
  let out = '';
  let err = '';
  // It may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    write: (octets: Buffer) => void child.stdin.write(octets),
    interrupt: () => child.kill('SIGINT'),
    /** Closes its output, as `head` does when it has enough. */
    stopReading: () => void child.stdout.destroy(),
    /** Waits until it has printed that. */
    printed: async (pattern: RegExp) => {
      while (!pattern.test(out)) await Promise.race([once(child.stdout, 'data'), ended]);
    },
    /** Waits for its end, its input open still; gives the exit code and what was printed. */
    end: async () => ({ code: (await ended)[0], out, err }),
  };
}

describe('truepeer inspect, from a pipe that stays open', () => {
  it('prints a connection as soon as its header is whole, and what follows later; Ctrl-C ends with the verdicts', async () => {
    const inspect = inspecting();
    inspect.write(pcap([sent(40000, 1, V2.subarray(0, 10))], { linkType: 101 }));
    inspect.write(more([sent(40000, 11, V2.subarray(10))]));
    await inspect.printed(/^Valid: a version 2 header of 28 octets\. Nothing follows it\.$/mu);
    inspect.write(more([sent(40000, 29, 'EHLO client.example\r\n')]));
    await inspect.printed(
      /^10\.0\.0\.1:40000 -> 10\.0\.0\.2:25: the header is followed by an SMTP command: EHLO client\.example\.$/mu,
    );
    inspect.interrupt();
    expect(await inspect.end()).toMatchObject({ code: 0, err: '' });
  });

  it('Ctrl-C prints what has not come to its end: exit 1', async () => {
    const inspect = inspecting('--json');
    inspect.write(pcap([sent(1, 1, V2), sent(2, 1, V2.subarray(0, 20))], { linkType: 101 }));
    await inspect.printed(/"ok"/u);
    inspect.interrupt();
    const { code, out } = await inspect.end();
    expect({ code, list: JSON.parse(out) as unknown }).toMatchObject({
      code: 1,
      list: [{ verdict: 'ok' }, { verdict: 'incomplete', octets: 20 }],
    });
  });

  it('reads what the writer of the pipe still writes after Ctrl-C', async () => {
    const inspect = inspecting();
    inspect.write(pcap([sent(1, 1, V2)], { linkType: 101 }));
    await inspect.printed(/^Valid/mu);
    inspect.interrupt();
    inspect.write(more([sent(2, 1, V2)]));
    const { code, out } = await inspect.end();
    expect(code).toBe(0);
    expect(out).toMatch(/^2 connections: 2 valid, 0 invalid, 0 incomplete\.$/mu);
  });

  it('ends when its output is no longer read, though more comes', async () => {
    const inspect = inspecting();
    inspect.write(pcap([sent(1, 1, V2)], { linkType: 101 }));
    await inspect.printed(/^Valid/mu);
    inspect.stopReading();
    let port = 2;
    const timer = setInterval(() => inspect.write(more([sent(port++, 1, 'EHLO a\r\n')])), 20);
    const { err } = await inspect.end();
    clearInterval(timer);
    expect(err).toBe('');
  });

  it('names what speaks without a header', async () => {
    const inspect = inspecting();
    inspect.write(pcap([], { linkType: 101 }));
    inspect.write(more([sent(1, 1, 'EHLO a\r\n')]));
    await inspect.printed(/^Invalid: this is an SMTP command: EHLO a\. bad-signature at octet 0: /mu);
    inspect.interrupt();
    expect(await inspect.end()).toMatchObject({ code: 1, err: '' });
  });
});
