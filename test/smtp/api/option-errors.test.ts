import { readdirSync, readFileSync } from 'node:fs';
import { Server, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Forward } from '../../../src/delivery/forward.ts';
import { Maildir } from '../../../src/delivery/maildir/maildir.ts';
import { Message } from '../../../src/delivery/message.ts';
import { acceptProxy } from '../../../src/proxy/node/accept.ts';
import { sendProxy } from '../../../src/proxy/node/send.ts';
import { decode, ProxyReader } from '../../../src/proxy/index.ts';
import { accountHooks, mechanisms, plain, scramCredentialsOf } from '../../../src/sasl/index.ts';
import { LMTPServer } from '../../../src/smtp/server/lmtp-server.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { certificate } from '../model/certificate.ts';
import { OPTION_ERRORS, type OptionErrorCode } from '../../../src/wire/messages/option-error.ts';

const serve = (options: object, handler: object = { handleDATA() {} }): SMTPServer =>
  new SMTPServer(handler, options);
const listen = (target: object): Promise<unknown> => serve({}).listen(target as { port: number });
const trusted = ['127.0.0.1'];
const authenticator = (): boolean => false;
const transport = { sendMail: (): Promise<object> => Promise.resolve({}) };

class Doubled extends SMTPServer {
  smtpNOOP(): void {}
}

const CASES: readonly [OptionErrorCode, string, () => unknown][] = [
  ['ERR_INVALID_ARG_TYPE', 'options that are none', () => serve(null as unknown as object)],
  ['ERR_INVALID_ARG_TYPE', 'a flag that is text', () => serve({ enableSMTPUTF8: 'no' })],
  ['ERR_INVALID_ARG_TYPE', 'a function that is none', () => serve({ diagnostics: 'log' })],
  ['ERR_INVALID_ARG_TYPE', 'a handler that is none', () => serve({}, 7 as unknown as object)],
  ['ERR_INVALID_ARG_TYPE', 'no list of networks', () => serve({ xclient: { trusted: '10.0.0.0/8' } })],
  ['ERR_INVALID_ARG_TYPE', 'a path that is none', () => listen({ path: '' })],
  [
    'ERR_INVALID_ARG_TYPE',
    'acceptProxy of no server',
    () => acceptProxy({} as Server, { timeout: 5000, trusted }),
  ],
  [
    'ERR_INVALID_ARG_TYPE',
    'a flag of the codec',
    () => new ProxyReader({ mixedFamilies: 1 as unknown as boolean }),
  ],
  ['ERR_INVALID_ARG_TYPE', 'Forward without a transport', () => new Forward({} as never)],
  ['ERR_INVALID_ARG_TYPE', 'Message without a function', () => new Message('x' as never)],
  ['ERR_INVALID_ARG_TYPE', 'Maildir without a path', () => new Maildir('')],
  ['ERR_INVALID_ARG_VALUE', 'a word that is none of those allowed', () => serve({ bareNewlines: 'ignore' })],
  ['ERR_INVALID_ARG_VALUE', 'a host name that is none', () => serve({ hostname: 'a b' })],
  ['ERR_INVALID_ARG_VALUE', 'text that cannot be said', () => serve({ ident: 'a\r\nb' })],
  ['ERR_INVALID_ARG_VALUE', 'a network that is none', () => serve({ xclient: { trusted: ['10.0.0.0/33'] } })],
  ['ERR_INVALID_ARG_VALUE', 'a key that is none', () => serve({ tls: { key: 'x', cert: 'y' } })],
  ['ERR_INVALID_ARG_VALUE', 'options as the handler', () => serve({}, { hostname: 'mx.test' })],
  ['ERR_INVALID_ARG_VALUE', 'a word of the codec', () => new ProxyReader({ tlv: 'loose' as 'lenient' })],
  [
    'ERR_INVALID_ARG_VALUE',
    'versions of the codec',
    () => new ProxyReader({ versions: [3] as unknown as [1] }),
  ],
  [
    'ERR_INVALID_ARG_VALUE',
    'the name of a mechanism',
    () => mechanisms({ custom: [{ ...plain(), name: 'a' }] }),
  ],
  ['ERR_INVALID_ARG_VALUE', 'a mechanism to exclude', () => mechanisms({ exclude: ['NONE'] })],
  ['ERR_INVALID_ARG_VALUE', 'no name of a field', () => new Maildir('x', { recipientField: 'a b' })],
  ['ERR_OUT_OF_RANGE', 'a limit', () => serve({ limits: { recipients: 99 } })],
  ['ERR_OUT_OF_RANGE', 'a timeout', () => serve({ timeouts: { command: 0 } })],
  ['ERR_OUT_OF_RANGE', 'a port', () => listen({ port: 65_536 })],
  ['ERR_OUT_OF_RANGE', 'rights of a socket', () => listen({ path: '/nowhere/socket', mode: 0o1000 })],
  ['ERR_OUT_OF_RANGE', 'LMTP on port 25', () => new LMTPServer().listen({ port: 25 })],
  ['ERR_OUT_OF_RANGE', 'a hold', () => serve({}, { honours: { futureRelease: 0 }, handleDATA() {} })],
  ['ERR_OUT_OF_RANGE', 'a limit of the codec', () => new ProxyReader({ maxTLVs: -1 })],
  ['ERR_OUT_OF_RANGE', 'rounds of SCRAM', () => mechanisms({ scram: { iterations: 1 } })],
  ['ERR_OUT_OF_RANGE', 'salt of SCRAM', () => mechanisms({ scram: { saltOctets: 0 } })],
  ['ERR_UNKNOWN_OPTION', 'an option', () => serve({ hostName: 'mx.test' })],
  ['ERR_UNKNOWN_OPTION', 'a limit', () => serve({ limits: { connection: 1 } })],
  ['ERR_UNKNOWN_OPTION', 'an option of listen', () => listen({ port: 0, hostname: 'localhost' })],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of acceptProxy',
    () => acceptProxy(new Server(), { timeouts: 1 } as never),
  ],
  ['ERR_UNKNOWN_OPTION', 'a timeout', () => serve({ timeouts: { tsl: 1 } })],
  ['ERR_UNKNOWN_OPTION', 'an option of tls', () => serve({ tls: { ...certificate, requestcert: true } })],
  ['ERR_UNKNOWN_OPTION', 'ALPN', () => serve({ tls: { ...certificate, ALPNProtocols: ['smtp'] } })],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of a name',
    () => serve({ tls: { names: { 'mx.test': { ...certificate, requestCert: true } } } }),
  ],
  ['ERR_UNKNOWN_OPTION', 'an option of auth', () => serve({ auth: { scramCredential: () => null } })],
  ['ERR_UNKNOWN_OPTION', 'an option of SCRAM', () => serve({ authenticator, auth: { scram: { salt: 1 } } })],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of OAuth',
    () => serve({ authenticator, auth: { oauth: { scopes: 'm' } } }),
  ],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of proxyProtocol',
    () => serve({ proxyProtocol: { timeout: 0, trust: [] } }),
  ],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of the codec in proxyProtocol',
    () => serve({ proxyProtocol: { timeout: 5000, trusted, decode: { maxTLV: 1 } } }),
  ],
  ['ERR_UNKNOWN_OPTION', 'an option of xclient', () => serve({ xclient: { trusted, logins: true } })],
  ['ERR_UNKNOWN_OPTION', 'an option of xforward', () => serve({ xforward: { trusted, login: true } })],
  ['ERR_UNKNOWN_OPTION', 'a policy', () => serve({ bareNewlinesFor: { keep: trusted } })],
  ['ERR_UNKNOWN_OPTION', 'a limit of no command', () => serve({ commandCallLimit: { MIAL: 1 } })],
  ['ERR_UNKNOWN_OPTION', 'a promise', () => serve({}, { honours: { hold: 1 }, handleDATA() {} })],
  ['ERR_UNKNOWN_OPTION', 'an option of close', () => serve({}).close({ timeout: 0 } as object)],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of disconnect',
    () => serve({}).disconnect({} as never, { wait: 0 } as object),
  ],
  ['ERR_UNKNOWN_OPTION', 'an option of Forward', () => new Forward(transport, { onRefuse() {} } as object)],
  ['ERR_UNKNOWN_OPTION', 'an option of Maildir', () => new Maildir('x', { recieved: false } as object)],
  ['ERR_UNKNOWN_OPTION', 'an option of decode', () => decode(Buffer.alloc(0), { version: [1] } as object)],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of sendProxy',
    () => sendProxy(new Socket(), {} as never, { codecs: 1 } as object),
  ],
  ['ERR_UNKNOWN_OPTION', 'an option of mechanisms', () => mechanisms({ cramMd5: true } as object)],
  ['ERR_UNKNOWN_OPTION', 'an option of accounts', () => accountHooks(() => null, { rounds: 1 } as object)],
  [
    'ERR_UNKNOWN_OPTION',
    'an option of credentials',
    () => scramCredentialsOf('pencil', { iteration: 5000 } as object),
  ],
  ['ERR_INVALID_ARG_TYPE', 'no list', () => serve({ authenticator, auth: { external: 'tls' } })],
  ['ERR_INVALID_ARG_VALUE', 'a source', () => serve({ authenticator, auth: { external: ['TLS'] } })],
  [
    'ERR_MISSING_OPTION',
    'rejectUnauthorized alone',
    () => serve({ tls: { ...certificate, rejectUnauthorized: true } }),
  ],
  ['ERR_MISSING_OPTION', 'requireStartTLS alone', () => serve({ requireStartTLS: true })],
  ['ERR_MISSING_OPTION', 'authRequired alone', () => serve({ authRequired: true })],
  ['ERR_MISSING_OPTION', 'a key without a certificate', () => serve({ tls: { key: 'x' } })],
  ['ERR_MISSING_OPTION', 'implicit TLS alone', () => listen({ port: 0, tls: true })],
  ['ERR_MISSING_OPTION', 'replaceTLS alone', () => serve({}).replaceTLS({})],
  ['ERR_MISSING_OPTION', 'nowhere to listen', () => listen({})],
  ['ERR_INCOMPATIBLE_OPTION_PAIR', 'two places to listen', () => listen({ port: 0, path: '/x' })],
  ['ERR_INCOMPATIBLE_OPTION_PAIR', 'a host of a path', () => listen({ path: '/x', host: 'localhost' })],
  ['ERR_UNKNOWN_HOOK', 'a hook of another spelling', () => serve({}, { handleRcpt() {}, handleDATA() {} })],
  ['ERR_UNKNOWN_HOOK', 'hooks of another library', () => serve({}, { onRcptTo() {} })],
  ['ERR_UNKNOWN_HOOK', 'a command of the standard', () => new Doubled({ handleDATA() {} })],
];

it.each(CASES)('%s: %s', async (code, _says, run) => {
  const error: unknown = await Promise.resolve()
    .then(run)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OPTION_ERRORS[code]);
  expect(error).toMatchObject({ code });
});

it('each code has a case', () => {
  expect(new Set(CASES.map(([code]) => code))).toEqual(new Set(Object.keys(OPTION_ERRORS)));
});

it('no check of an option throws an error without a code', () => {
  const root = new URL('../../../src/', import.meta.url);
  const without = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(?:proxy|smtp|delivery).*\.ts$/.test(path))
    .filter((path) =>
      /new (?:Type|Range)Error\(\s*['"`](?:option|listen|handler)\b/.test(
        readFileSync(new URL(path, root), 'utf8'),
      ),
    );
  expect(without).toEqual([]);
});
