import type { ProgramName } from './installed.ts';
import { longOptions, run } from './program.ts';
import type { Outcome } from './program.ts';

/** How a client speaks TLS: not at all, with STARTTLS, or from the first octet. */
export type Security = 'none' | 'starttls' | 'implicit';

/** What a client shows when it is asked who it is. */
export interface Credentials {
  readonly mechanism: string;
  readonly user: string;
  /** A password, or the token of OAuth. */
  readonly secret: string;
}

/** One message to send: LINES, from a@client.example to b@mx.example, by a client that calls itself client.example. */
export interface Call {
  readonly port: number;
  readonly security: Security;
  /** The file with the certificate to trust. */
  readonly trust: string;
  readonly credentials?: Credentials;
  /** A file with the client's own certificate and key; for curl. */
  readonly certificate?: string;
}

const LINES = [
  'From: a@client.example',
  'To: b@mx.example',
  'Subject: gr=C3=BC=C3=9Fe',
  'Date: Mon, 1 Jun 2026 12:00:00 +0000',
  'Message-ID: <1@client.example>',
  '',
  '.dot',
  '..',
  '',
  'end',
];

/** The message that every client sends, as it must arrive. */
export const MESSAGE = `${LINES.join('\r\n')}\r\n`;

/** Mail clients that are programs. */
export const CLIENTS = { swaks, curl, msmtp, python3 } satisfies Partial<
  Record<ProgramName, (call: Call) => Promise<Outcome>>
>;

function swaks({ port, security, trust, credentials }: Call): Promise<Outcome> {
  const tls = { none: {}, starttls: { tls: true }, implicit: { 'tls-on-connect': true } } as const;
  return run(
    'swaks',
    longOptions({
      server: `127.0.0.1:${port}`,
      helo: 'client.example',
      from: 'a@client.example',
      to: 'b@mx.example',
      pipeline: true,
      data: LINES.join('\\n'),
      ...tls[security],
      ...(security === 'none' ? {} : { 'tls-verify': true, 'tls-ca-path': trust }),
      ...(credentials && {
        auth: credentials.mechanism,
        'auth-user': credentials.user,
        'auth-password': credentials.secret,
      }),
    }),
  );
}

function curl({ port, security, trust, credentials, certificate }: Call): Promise<Outcome> {
  return run(
    'curl',
    longOptions({
      silent: true,
      'show-error': true,
      'max-time': '100',
      'mail-from': 'a@client.example',
      'mail-rcpt': 'b@mx.example',
      'upload-file': '-',
      resolve: `mx.example:${port}:127.0.0.1`,
      url: `${security === 'implicit' ? 'smtps' : 'smtp'}://mx.example:${port}/client.example`,
      ...(security === 'none' ? {} : { 'ssl-reqd': true, cacert: trust }),
      // It answers an empty challenge with the `=` of an initial response, so it has to make one.
      ...(certificate === undefined ? {} : { cert: certificate, 'sasl-ir': true }),
      ...(credentials && curlCredentials(credentials)),
    }),
    { input: MESSAGE },
  );
}

function curlCredentials({ mechanism, user, secret }: Credentials): Record<string, string> {
  const options = { 'login-options': `AUTH=${mechanism}` };
  return isToken(mechanism)
    ? { ...options, user: `${user}:`, 'oauth2-bearer': secret }
    : { ...options, user: `${user}:${secret}` };
}

function msmtp({ port, security, trust, credentials }: Call): Promise<Outcome> {
  const options = [
    '--file=/dev/null',
    '--host=127.0.0.1',
    `--port=${port}`,
    '--domain=client.example',
    '--from=a@client.example',
    `--tls=${security === 'none' ? 'off' : 'on'}`,
    `--tls-starttls=${security === 'implicit' ? 'off' : 'on'}`,
    ...(security === 'none' ? [] : [`--tls-trust-file=${trust}`]),
  ];
  if (credentials !== undefined) {
    const { mechanism, user, secret } = credentials;
    options.push(`--auth=${mechanism.toLowerCase()}`, `--user=${user}`, `--passwordeval=echo '${secret}'`);
  }
  return run('msmtp', [...options, 'b@mx.example'], { input: `${LINES.join('\n')}\n` });
}

// smtplib.sendmail stuffs the dots; it and auth raise for any refusal.
const SMTPLIB = `
import smtplib, ssl, sys
port, security, trust, mechanism, user, secret = sys.argv[1:]
message = sys.stdin.buffer.read()
context = None if security == 'none' else ssl.create_default_context(cafile=trust)
options = {'local_hostname': 'client.example', 'timeout': 100}
if security == 'implicit':
    client = smtplib.SMTP_SSL('127.0.0.1', int(port), context=context, **options)
else:
    client = smtplib.SMTP('127.0.0.1', int(port), **options)
if security == 'starttls':
    client.starttls(context=context)
if mechanism:
    client.ehlo()
    client.user, client.password = user, secret
    client.auth(mechanism, getattr(client, 'auth_' + mechanism.lower().replace('-', '_')))
client.sendmail('a@client.example', ['b@mx.example'], message)
client.quit()
`;

function python3({ port, security, trust, credentials }: Call): Promise<Outcome> {
  const { mechanism, user, secret } = credentials ?? { mechanism: '', user: '', secret: '' };
  const args = [String(port), security, trust, mechanism, user, secret];
  return run('python3', ['-I', '-c', SMTPLIB, ...args], { input: MESSAGE });
}

function isToken(mechanism: string): boolean {
  return ['OAUTHBEARER', 'XOAUTH2'].includes(mechanism);
}
