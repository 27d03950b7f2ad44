import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RawClient } from './raw-client.ts';
import { startServing } from './serve-process.ts';
import type { Serving } from './serve-process.ts';

describe('truepeer serve and its disk', () => {
  let serving: Serving | undefined;
  const clients: RawClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await serving?.remove();
    serving = undefined;
  });

  async function connect(port: number): Promise<RawClient> {
    const client = await RawClient.connect(port);
    clients.push(client);
    return client;
  }

  const content = (id: string, lines: number) =>
    `Subject: ${id}\r\n\r\n${`a line of ${id}\r\n`.repeat(lines)}the end of ${id}\r\n`;

  it.each([1, 60, 250])(
    'killed with -9 under load, %i ms after the first 250: every message that got its 250 is there, whole, once (F9, rule 33)',
    async (delay) => {
      serving = await startServing('--no-proxy');
      const { port } = serving;
      const acknowledged: string[] = [];
      const attempted: string[] = [];

      /** Sends message after message until the connection breaks. */
      async function load(name: number): Promise<void> {
        const client = await connect(port);
        client.write('EHLO a.example\r\n');
        await client.read(/^250 /mu);
        for (let count = 0; ; count++) {
          const id = `${name}-${count}`;
          attempted.push(id);
          client.forget();
          client.write('MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
          await client.read(/^354 /mu);
          client.write(`${content(id, count % 9 === 8 ? 5000 : count)}.\r\n`);
          await client.read(/^250 2\.6\.0 /mu);
          if (acknowledged.push(id) === 1) setTimeout(() => serving?.kill('SIGKILL'), delay);
        }
      }

      const loads = Array.from({ length: 10 }, (_, name) => load(name).catch(() => undefined));
      await Promise.all(loads);
      const files = serving.messages().map((text) => {
        const id = /^Subject: (.*)\r$/mu.exec(text)?.[1] ?? '';
        const count = Number(id.split('-')[1]);
        return { id, whole: text.endsWith(`\r\n${content(id, count % 9 === 8 ? 5000 : count)}`) };
      });
      const stored = files.map(({ id }) => id);
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
      expect(files.filter(({ whole }) => !whole)).toEqual([]);
      expect(stored.length).toBe(new Set(stored).size);
      expect(stored.filter((id) => !attempted.includes(id))).toEqual([]);
    },
  );

  it('keeps nothing of a message whose sender goes away, by FIN or by RST (F1)', async () => {
    serving = await startServing('--no-proxy');
    for (const leave of ['end', 'reset'] as const) {
      const client = await connect(serving.port);
      client.write('EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
      await client.read(/^354 /mu);
      client.write(content('lost', 20_000));
      await new Promise((resolve) => setTimeout(resolve, 100));
      client[leave]();
      await client.closed;
    }
    const { maildir } = serving;
    const left = () => ['new', 'tmp'].map((folder) => readdirSync(join(maildir, folder)));
    await expect.poll(left).toEqual([[], []]);
  });

  it('answers 452 when the disk is full, leaves nothing, and goes on (F6)', async (test) => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-full-'));
    const disk = join(directory, 'disk');
    mkdirSync(disk);
    const mounted = mountSmallDisk(disk);
    try {
      test.skip(!mounted, 'only root can mount a small disk to fill');
      const maildir = join(disk, 'maildir');
      serving = await startServing('--no-proxy', '--maildir', maildir);
      const client = await connect(serving.port);
      client.write('EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
      await client.read(/^354 /mu);
      client.write(`${content('large', 50_000)}.\r\n`);
      await client.read(/^452 4\.3\.1 Insufficient system storage, try again later\r\n/mu);
      expect(['new', 'tmp'].map((folder) => readdirSync(join(maildir, folder)))).toEqual([[], []]);
      await serving.printed(/\] not stored: write: ENOSPC: [^\n]*; the sender is asked to try again\n/u);
      client.forget();
      client.write('MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
      await client.read(/^354 /mu);
      client.write(`${content('small', 5)}.\r\n`);
      await client.read(/^250 2\.6\.0 /mu);
      expect(['new', 'tmp'].map((folder) => readdirSync(join(maildir, folder)).length)).toEqual([1, 0]);
    } finally {
      await serving?.remove();
      if (mounted) execFileSync('umount', [disk]);
      rmSync(directory, { recursive: true });
    }
  });
});

/** With CI=true the disk must be there. */
function mountSmallDisk(disk: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    return false;
  }
}
