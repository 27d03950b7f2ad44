import { isIPv6 } from 'node:net';
import { expect } from 'vitest';
import type { Header } from './header.ts';
import type { MailServer } from './mail-server.ts';

const DATE = /; (\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4})$/;

interface How {
  /** The adjacent hop; 127.0.0.1 unless told, and `unix` for a Unix socket. */
  readonly peer?: string;
  /** The version of TLS that the server itself spoke. */
  readonly tls?: string | null;
}

/**
 * Expects exactly one message on disk, whole, from a client that said EHLO client.example: its `Received` and the
 * session must name the client that connected to the balancer, or nobody (null). Returns the PROXY header.
 */
export async function expectDelivery(
  mail: MailServer,
  client: { readonly address: string; readonly port: number } | null,
  message: string,
  { peer = '127.0.0.1', tls = null }: How = {},
): Promise<Header> {
  const delivered = await mail.delivered();
  expect(delivered).toHaveLength(1);
  const { sessionId, header, fields, ...facts } = delivered[0]!;
  const v6 = client !== null && isIPv6(client.address);
  const literal = client === null ? 'unknown' : v6 ? `[IPv6:${client.address}]` : `[${client.address}]`;
  expect(facts).toMatchObject({
    client:
      client === null
        ? { address: null, port: null, family: null, proxied: false }
        : { address: client.address, port: client.port, family: v6 ? 'IPv6' : 'IPv4', proxied: true },
    peer: peer === 'unix' ? { family: 'unix' } : { address: peer, family: 'IPv4' },
    tls,
    message,
  });
  const received = fields.at(-1) ?? '';
  const date = Date.parse(DATE.exec(received)?.[1] ?? '');
  expect(date, received).toBeGreaterThanOrEqual(Math.floor(mail.startedAt / 1000) * 1000);
  expect(date, received).toBeLessThanOrEqual(Date.now());
  expect([...fields.slice(0, -1), received.replace(DATE, '')]).toEqual([
    'Return-Path: <a@client.example>',
    'X-Original-To: b@mx.example',
    `Received: from client.example (${literal}) by mx.test with ${tls === null ? 'ESMTP' : 'ESMTPS'} id ${sessionId} for <b@mx.example>`,
  ]);
  if (header === null) throw new Error('no PROXY header');
  expect(mail.headers).toContainEqual(header);
  return header;
}
