// @ts-check
import net from 'node:net';
import { answer } from '../smtp/servers/child.mjs';

/**
 * A client that sends more than anybody should keep in memory. It writes no faster than the server reads, says QUIT, and
 * waits until the server has closed, which may be long before that.
 *
 * @typedef {object} Flood
 * @property {number} port
 * @property {string[]} says lines sent first, each when the one before has been answered
 * @property {string} begin said next, before the first part; no answer is waited for
 * @property {string} prefix said before every part
 * @property {string} part what is sent again and again
 * @property {number} partSize octets of one part without the prefix: `part`, repeated and cut to this size
 * @property {number} parts how many
 * @property {string} end said after the last part, before QUIT
 * @property {boolean} deaf whether it reads no reply to what it floods the server with
 *
 * @typedef {object} FloodResult
 * @property {number} sent octets that the socket has taken
 * @property {number} milliseconds from the first part to the end of the connection
 * @property {string} reply the last line that the server said, but for the one to QUIT; '' for a client that is deaf
 */

/** @param {Flood} flood @returns {Promise<FloodResult>} */
async function send(flood) {
  const socket = net.connect({ host: '127.0.0.1', port: flood.port, noDelay: true });
  let heard = '';
  let wake = () => {};
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    heard = (heard + text).slice(-1000);
    wake();
  });
  socket.on('drain', () => wake());
  socket.on('error', () => {});
  socket.on('close', () => wake());
  /** @param {() => boolean} done */
  const until = async (done) => {
    while (!done() && !socket.destroyed) {
      await new Promise((/** @type {(value?: undefined) => void} */ resolve) => (wake = resolve));
    }
  };
  const replied = () => /(^|\r\n)\d{3} [^\r]*\r\n$/.test(heard);

  await until(replied);
  for (const line of flood.says) {
    heard = '';
    socket.write(`${line}\r\n`);
    await until(replied);
  }
  const part = Buffer.concat([Buffer.from(flood.prefix), Buffer.alloc(flood.partSize, flood.part)]);
  heard = '';
  if (flood.deaf) socket.pause();
  const since = performance.now();
  socket.write(flood.begin);
  for (let sent = 0; sent < flood.parts && !socket.destroyed; sent++) {
    if (!socket.write(part)) await until(() => !socket.writableNeedDrain);
  }
  if (!socket.destroyed) socket.write(`${flood.end}QUIT\r\n`);
  await until(() => false);
  const lines = heard.split('\r\n').filter((line) => line !== '' && !line.startsWith('221'));
  return { sent: socket.bytesWritten, milliseconds: performance.now() - since, reply: lines.at(-1) ?? '' };
}

answer(send);
process.send?.({ ready: 0 });
