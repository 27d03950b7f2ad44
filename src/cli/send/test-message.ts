import { randomUUID } from 'node:crypto';

/** A small message, its lines ended by CRLF. */
export function testMessage(from: string, rcpt: readonly string[], date: Date): Buffer {
  return Buffer.from(
    [
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
    ].join('\r\n'),
  );
}

/** Text as mail has it: every line, the last one too, ended by CRLF; other octets as they are. */
export function withMailLineEnds(text: Buffer): Buffer {
  const lines = text.toString('latin1').replace(/\r?\n/gu, '\r\n');
  return Buffer.from(lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`, 'latin1');
}

/** The message as DATA sends it: dots at the start of a line doubled, and the end (RFC 5321 4.5.2). */
export function dotStuffed(message: Buffer): Buffer {
  return Buffer.from(
    `${message.toString('latin1').replace(/^\./u, '..').replaceAll('\r\n.', '\r\n..')}.\r\n`,
    'latin1',
  );
}
