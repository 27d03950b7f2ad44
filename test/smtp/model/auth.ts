import { isUtf8 } from './grammar.ts';
import type { Interpreter } from './interpreter.ts';
import { knows } from './setup.ts';

type Verdict = 'ok' | 'wrong' | 'temporary' | 'malformed';

/** AUTH with PLAIN and LOGIN (RFC 4954, RFC 4616, draft-murchison-sasl-login). */
export function authenticate(server: Interpreter, argument: string, tls: boolean): void {
  const [name = '', initial, ...more] = argument.split(/ +/);
  const mechanism = name.toUpperCase();
  if (more.length > 0) return server.refuse('501 5.5.2');
  if (mechanism !== 'PLAIN' && mechanism !== 'LOGIN') return server.refuse('504 5.5.4');
  if (server.setup.authRequireTLS && !tls) return server.refuse('538 5.7.11');
  const said: string[] = [];
  const wanted = mechanism === 'PLAIN' ? 1 : 2;
  let answer = initial === '=' ? '' : initial;
  let first = true;
  while (said.length < wanted) {
    const text = answer ?? response(server);
    if (text === undefined) return;
    if (text === '*' && !(first && answer !== undefined)) return server.refuse('501 5.7.0');
    if (text.length > 12_288) return server.refuse('500 5.5.6');
    const octets = Buffer.from(text, 'base64');
    if (octets.toString('base64') !== text) return server.refuse('501 5.5.2');
    const plain = octets.toString('latin1');
    if (mechanism === 'LOGIN' && (plain === '' || plain.includes('\0') || !isUtf8(plain)))
      return server.refuse('501 5.5.2');
    said.push(plain);
    answer = undefined;
    first = false;
  }
  conclude(server, mechanism === 'PLAIN' ? judgePlain(said[0]!) : judgeLogin(said[0]!, said[1]!));
}

/** The line after a challenge; undefined when there is none. */
function response(server: Interpreter): string | undefined {
  server.reply('334');
  const line = server.takeLine(true, '500 5.5.6');
  if (line === undefined) return undefined;
  if (!line.long) return line.text;
  server.refuse('500 5.5.6');
  return undefined;
}

function judgePlain(message: string): Verdict {
  const [authzid = '', authcid, password, ...more] = message.split('\0');
  if (!authcid || !password || more.length > 0 || !isUtf8(message)) return 'malformed';
  const verdict = judgeLogin(authcid, password);
  return verdict === 'ok' && authzid !== '' && authzid !== authcid ? 'wrong' : verdict;
}

function judgeLogin(name: string, password: string): Verdict {
  if (name === 'boom' && /^[ -~]+$/.test(password)) return 'temporary';
  return knows(name, password) ? 'ok' : 'wrong';
}

function conclude(server: Interpreter, verdict: Verdict): void {
  if (verdict === 'malformed') return server.refuse('501 5.5.2');
  if (verdict === 'temporary') return server.refuse('454 4.7.0');
  if (verdict === 'ok') {
    server.authenticated = true;
    return server.reply('235 2.7.0');
  }
  server.reply('535 5.7.8');
  if (++server.authFailures >= 3) server.bye('421 4.7.0');
}
