// @ts-check
import net from 'node:net';
import { serving } from './child.mjs';

/**
 * The floor: answers each line by its first letter, looks for the end of content, checks nothing, keeps nothing,
 * knows no deadline and no limit. What Node itself costs; or, with `proxy` in the argument, what `acceptProxy` costs in
 * front of it.
 */
const { proxy = false, timeout = 5000 } = JSON.parse(process.argv[2] ?? '{}');
const GREETING = Buffer.from('220 bare ESMTP\r\n');
const HELLO = Buffer.from('250-bare\r\n250 PIPELINING\r\n');
const OK = Buffer.from('250 2.0.0 ok\r\n');
const GO_ON = Buffer.from('354 go on\r\n');
const BYE = Buffer.from('221 2.0.0 bye\r\n');
const END = Buffer.from('\r\n.\r\n');

const D = 0x44;
const E = 0x45;
const Q = 0x51;
const LF = 0x0a;

const server = net.createServer({ noDelay: true }, (socket) => {
  let inContent = false;
  let rest = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const input = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    /** @type {Buffer[]} */
    const replies = [];
    let at = 0;
    for (;;) {
      if (inContent) {
        const end = input.indexOf(END, at);
        if (end < 0) {
          at = Math.max(at, input.length - END.length + 1);
          break;
        }
        replies.push(OK);
        inContent = false;
        at = end + END.length;
      }
      const end = input.indexOf(LF, at);
      if (end < 0) break;
      const letter = input[at];
      if (letter === D) {
        replies.push(GO_ON);
        inContent = true;
      } else replies.push(letter === E ? HELLO : letter === Q ? BYE : OK);
      at = end + 1;
      if (letter === Q) break;
    }
    rest = input.subarray(at);
    const out = replies.length === 1 ? replies[0] : Buffer.concat(replies);
    if (out === undefined || out.length === 0) return;
    if (replies.at(-1) === BYE) socket.end(out);
    else socket.write(out);
  });
  socket.write(GREETING);
});

if (proxy) {
  /** @type {typeof import('../../../../src/proxy/node/index.ts')} */
  const { acceptProxy } = await import(
    new URL('../../../../dist/src/proxy/node/index.js', import.meta.url).href
  );
  acceptProxy(server, { timeout, trusted: ['127.0.0.0/8'] });
}

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  serving(/** @type {net.AddressInfo} */ (server.address()).port);
});
