// @ts-check
import net from 'node:net';
import { answer } from '../smtp/servers/child.mjs';

/**
 * Clients that write commands as fast as the server reads them, and drop the replies.
 *
 * @typedef {object} Flood
 * @property {'flood'} do
 * @property {number} port
 * @property {number} count how many connections
 * @property {'chunks' | 'messages'} kind one octet a BDAT, or the smallest message again and again
 *
 * @typedef {object} Flooded
 * @property {number} open how many are still connected
 * @property {number} octets written by all of them
 */

const HELLO = 'EHLO flood.example.org\r\n';
const ENVELOPE = 'MAIL FROM:<flood@example.org>\r\nRCPT TO:<sink@example.net>\r\n';
const CHUNKS = 1000;
const MESSAGES = 500;

/** @type {Record<Flood['kind'], Buffer>} what is written again and again */
const ROUNDS = {
  chunks: Buffer.from(`${ENVELOPE}${'BDAT 1\r\nx'.repeat(CHUNKS)}BDAT 0 LAST\r\n`),
  messages: Buffer.from(`${ENVELOPE}DATA\r\nx\r\n.\r\n`.repeat(MESSAGES)),
};

const IGNORED = Buffer.alloc(65_536);

/** @type {Set<net.Socket>} */
const sockets = new Set();
let octets = 0;

/** @param {Flood} flood @returns {Promise<void>} settles when the connection is open */
function start({ port, kind }) {
  return new Promise((resolve) => {
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      onread: { buffer: IGNORED, callback: () => true },
    });
    const round = ROUNDS[kind];
    const write = () => {
      octets += round.length;
      socket.write(round, write);
    };
    sockets.add(socket);
    socket.on('connect', () => {
      resolve();
      socket.write(HELLO, write);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      resolve();
    });
  });
}

answer(async (/** @type {Flood | { do: 'count' } | { do: 'leave' }} */ request) => {
  if (request.do === 'flood') await Promise.all(Array.from({ length: request.count }, () => start(request)));
  if (request.do === 'leave') for (const socket of sockets) socket.destroy();
  return { open: sockets.size, octets };
});
process.send?.({ ready: 0 });
