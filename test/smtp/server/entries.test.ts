/** What comes from sockets, timers and TLS, and what an application's objects may do to it. */

import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { serve } from '../loopback.ts';
import { certificate } from '../model/certificate.ts';

/** Keeps the process busy, as a hook that computes does. */
function busy(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a deadline measures the client, not this process', () => {
  it('a header that came while the process was busy is read before its deadline is final', async () => {
    const proxyProtocol = { timeout: 100, trusted: ['127.0.0.1'] };
    const { server, dial } = await serve({ handlePROXY: () => true }, { proxyProtocol });
    const client = dial();
    await once(client.socket, 'connect');
    await until(() => server.connectionCount === 1);
    client.socket.write('PROXY TCP4 203.0.113.7 192.0.2.1 4321 25\r\n');
    busy(300);
    expect(await client.until('\r\n')).toMatch(/^220 /);
  });

  it('a command that came meanwhile is answered, and one that did not come is not waited for again', async () => {
    const { dial } = await serve({}, { timeouts: { command: 100 } });
    const client = dial();
    await client.until('\r\n');
    client.socket.write('NOOP\r\n');
    busy(300);
    expect(await client.until('\r\n')).toBe('250 2.0.0 Ok\r\n');
    expect(await client.ended).toContain('421 4.4.2');
  });
});

/** A handler with a member that throws when it is looked at. */
function throwing(member: keyof Handler): Handler {
  return Object.defineProperty({}, member, {
    get() {
      if (armed) throw new Error(`the getter of ${member}`);
      return undefined;
    },
  });
}
let armed = false;

describe('what fails in an object of the application ends one session, never the process', () => {
  it.each([
    ['handleConnect', ''],
    ['handleEHLO', 'EHLO c.test\r\n'],
    ['handleSTARTTLS', 'EHLO c.test\r\nSTARTTLS\r\n'],
    ['handleMAIL', 'EHLO c.test\r\nMAIL FROM:<a@a.test>\r\n'],
    ['handleClose', 'QUIT\r\n'],
    ['handleError', 'QUIT\r\n'],
  ] as const)('a getter of %s that throws', async (member, says) => {
    armed = false;
    const { server, dial } = await serve(throwing(member), { tls: certificate, diagnostics: () => {} });
    armed = true;
    const client = dial();
    for (const line of says.split(/(?<=\n)/)) {
      client.socket.write(line);
      if (line.startsWith('STARTTLS')) {
        await client.until('Ready to start TLS\r\n');
        await client.secure().catch(() => {});
      }
    }
    await Promise.race([client.ended, new Promise((resolve) => setTimeout(resolve, 200))]);
    client.socket.destroy();
    await until(() => server.connectionCount === 0);
    armed = false;
    const next = dial();
    expect(await next.until('\r\n')).toMatch(/^220 /);
  });
});
