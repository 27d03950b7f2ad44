/**
 * A server in a process of its own: prints its port, and how often its event loop has turned whenever it gets a line;
 * closes when its input ends, and then has to end by itself.
 */

import { readFileSync } from 'node:fs';
import { SMTPServer } from '../../../src/smtp/server/server.ts';

const pem = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));

const server = new SMTPServer(
  { handleDATA: () => undefined },
  {
    tls: { key: pem('server.key'), cert: pem('server.crt') },
    authenticator: () => false,
    authRequireTLS: false,
    timeouts: { authFailure: 60_000 },
    diagnostics: ({ code, text }) => console.error(code, text),
  },
);
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
await server.listen({ host: '127.0.0.1', port: 0, tls: true });
console.log(port);
process.stdin.on('data', () => console.log('turns', performance.nodeTiming.uvMetricsInfo.loopCount));
process.stdin.on('end', () => {
  void server.close({ drain: 100 }).then(() => console.log('closed'));
});
