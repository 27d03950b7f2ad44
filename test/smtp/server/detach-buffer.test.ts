import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTLS } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { detachBuffer } from '../../../src/smtp/server/detach-buffer.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { Client, serve } from '../loopback.ts';

test('a large chunk is empty afterwards, again and again', () => {
  for (let round = 0; round < 3; round++) {
    const chunk = Buffer.alloc(65_536);
    detachBuffer(chunk);
    expect(chunk.length).toBe(0);
  }
});

test.each([
  ['a small chunk', Buffer.from('QUIT\r\n')],
  ['a part of a larger buffer', Buffer.alloc(65_536).subarray(1)],
  ['a slice of the pool', Buffer.allocUnsafe(20_000).subarray(0, 16_384)],
])('%s is left alone', (_, chunk) => {
  const { length } = chunk;
  detachBuffer(chunk);
  expect(chunk.length).toBe(length);
});

function pem(name: string): Buffer {
  return readFileSync(new URL(`../certificates/${name}`, import.meta.url));
}

/** Two MiB in which every line says where it stands. */
const CONTENT = Buffer.from(
  Array.from({ length: 32_768 }, (_, line) => `${String(line).padStart(62, '0')}\r\n`).join(''),
);
const MAIL = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';
const BDAT = `BDAT ${CONTENT.length} LAST\r\n`;

/** Keeps what it reads, and stops reading after so many pieces. */
function reader(most: number): { handler: Handler; kept: Buffer[] } {
  const kept: Buffer[] = [];
  return {
    kept,
    handler: {
      async handleContent(_server, _session, _envelope, content) {
        for await (const piece of content) if (kept.push(piece) >= most) break;
      },
    },
  };
}

function collector(): { handler: Handler; kept: Buffer[] } {
  const kept: Buffer[] = [];
  return { kept, handler: { handleDATA: (_server, _session, { content }) => void kept.push(content!) } };
}

describe.each([false, true])('a connection with TLS (%j) gives back what nobody reads', (secure) => {
  test.each([
    ['a whole message is kept, piece by piece', reader(Infinity), 4_000_000, MAIL + BDAT, '250'],
    ['a whole message is kept', collector(), 4_000_000, MAIL + BDAT, '250'],
    ['a reader keeps the first pieces and stops', reader(3), 4_000_000, MAIL + BDAT, '451'],
    ['a reader stops at once, and keeps the first', reader(1), 4_000_000, MAIL + BDAT, '451'],
    ['a message grows too big under its reader', reader(Infinity), 1_000_000, MAIL + BDAT, '552'],
    ['a message grows too big', collector(), 1_000_000, MAIL + BDAT, '552'],
    ['a chunk has no transaction', collector(), 4_000_000, BDAT, '503'],
  ])(
    '%s, and a command behind it is answered',
    async (_what, { handler, kept }, dataSizeLimit, before, code) => {
      const options = { dataSizeLimit, tls: { key: pem('server.key'), cert: pem('server.crt') } };
      const { port } = await serve(handler, options, { tls: secure });
      const place = { port, host: '127.0.0.1', rejectUnauthorized: false };
      const client = new Client(secure ? connectTLS(place) : connect(place));
      await client.until('truepeer\r\n');
      await client.ask('EHLO c.test');
      client.socket.write(Buffer.concat([Buffer.from(before), CONTENT, Buffer.from('VRFY a\r\nQUIT\r\n')]));
      expect((await client.ended).match(/^\d{3}/gm)?.slice(-3)).toEqual([code, '252', '221']);
      let at = 0;
      for (const piece of kept) {
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.equals(CONTENT.subarray(at, at + piece.length))).toBe(true);
        at += piece.length;
      }
      if (code === '250') expect(at).toBe(CONTENT.length);
    },
  );
});
