/** A process that is given sockets, and a server that listens already; it says how its clients are called. */

import { createServer, type Server, Socket } from 'node:net';
import { acceptProxy, type ProxiedSocket } from '../../../src/proxy/node/index.ts';

const options = { timeout: 5000, trusted: ['127.0.0.0/8'] };

function tell(socket: Socket): void {
  const { client, peer } = socket as ProxiedSocket;
  socket.once('data', (chunk) => socket.end(`${process.pid} ${client.address} of ${peer.address}: ${chunk}`));
}

const server = acceptProxy(createServer(tell), options);

process.on('message', (_, handle) => {
  if (handle instanceof Socket) server.emit('connection', handle);
  else acceptProxy(handle as Server, options).on('connection', tell);
});
process.send?.('ready');
