import { randomUUID } from 'node:crypto';

/** A small message, its lines ended by CRLF, none of which begins with a dot. */
export function testMessage(from: string, rcpt: readonly string[], date: Date): string {
  return [
    `From: <${from === '' ? 'postmaster@example.org' : from}>`,
    `To: ${rcpt.map((address) => `<${address}>`).join(',\r\n ')}`,
    'Subject: A test of truepeer',
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@client.example.org>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'If the Received field above names the client that you chose, all is well.',
    '',
  ].join('\r\n');
}
