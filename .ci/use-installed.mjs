/**
 * Runs in a project that has the package installed: imports every entry of it, and serves one message to a client.
 * Prints how many of both succeeded, as `PASSED FAILED`; what failed goes to standard error.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const { exports } = JSON.parse(readFileSync('node_modules/truepeer/package.json', 'utf8'));
let passed = 0;
let failed = 0;

async function check(what, run) {
  try {
    await run();
    passed++;
  } catch (error) {
    failed++;
    console.error(`${what}: ${error.stack}`);
  }
}

for (const entry of Object.keys(exports)) {
  const name = `truepeer${entry.slice(1)}`;
  const options = entry.endsWith('.json') ? { with: { type: 'json' } } : {};
  await check(name, async () => {
    const names = Object.keys(await import(name, options));
    if (names.length === 0) throw new Error('it exports nothing');
  });
}

await check('one message', async () => {
  const { SMTPServer } = await import('truepeer');
  const taken = [];
  const handler = {
    handlePROXY: () => true,
    handleDATA: (_server, session, { size }) => void taken.push(`${session.client.address} ${size}`),
  };
  const server = new SMTPServer(handler, { proxyProtocol: { timeout: 60_000, trusted: ['127.0.0.1'] } });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(port, '127.0.0.1');
  socket.write('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n');
  socket.write('EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
  let heard = '';
  for await (const chunk of socket) {
    if (!heard.includes('354 ') && (heard + chunk).includes('354 ')) socket.write('hello\r\n.\r\nQUIT\r\n');
    heard += chunk;
  }
  await server.close();
  if (!heard.includes('250 2.6.0 ') || taken.join() !== '203.0.113.7 7')
    throw new Error(`${taken}; ${heard}`);
});

console.log(passed, failed);
process.exitCode = failed === 0 ? 0 : 1;
