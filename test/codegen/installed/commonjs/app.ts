/** A program in CommonJS that uses every entry of the package, compiled with `module: node16`. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { SMTPServer, type Session } from 'truepeer';
import { decode, type ProxyData } from 'truepeer/proxy';
import { sendProxy } from 'truepeer/proxy/node';
import schemas = require('truepeer/schemas');
import codegen = require('truepeer/codegen');
import spec = require('truepeer/spec');
import wire = require('truepeer/wire');

const seen: (string | null)[] = [];
const server: SMTPServer = new SMTPServer(
  {
    handlePROXY: (_server, session: Session, _envelope, data: ProxyData) => {
      seen.push(session.client.address, data.srcAddr);
      return true;
    },
    handleDATA: () => undefined,
  },
  { proxyProtocol: { timeout: 60_000, trusted: ['127.0.0.1'] } },
);

async function main(): Promise<void> {
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(port, '127.0.0.1');
  await sendProxy(socket, { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 });
  await once(socket, 'data');
  socket.end('QUIT\r\n');
  await server.close();
  console.log(seen.join(' '), decode(Buffer.from('X')).status);
  console.log([schemas, codegen, spec, wire].every((entry) => Object.keys(entry).length > 0));
}

void main();
