import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as truepeer from '../../../src/index.ts';
import * as proxy from '../../../src/proxy/index.ts';
import { Envelope } from '../../../src/smtp/api/envelope.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { Limits, SMTPServerOptions, Timeouts } from '../../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { SessionState } from '../../../src/smtp/engine/session-state.ts';

/** The tables of MIGRATING.md, from names of aiosmtpd and of npm smtp-server to names here: all that they name exists. */
const MIGRATING = readFileSync(new URL('../../../src/smtp/MIGRATING.md', import.meta.url), 'utf8');
const TYPES = new URL('../../../node_modules/smtp-server/dist/esm/types.d.ts', import.meta.url);

interface Row {
  readonly there: string;
  readonly here: string;
}

function table(title: string): Row[] {
  const [, text = ''] = MIGRATING.split(`\n## ${title}\n`);
  const rows = text.split('\n## ')[0]!.matchAll(/^\| (.+) \| (.+) \|$/gm);
  return [...rows].slice(2).map(([, there = '', here = '']) => ({ there, here }));
}

/** What stands in backticks. */
function names(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

// The compiler looks after these: each is a key of the type, or this file does not compile.
const options: readonly (keyof SMTPServerOptions)[] = [
  ...([
    'hostname',
    'ident',
    'dataSizeLimit',
    'enableSMTPUTF8',
    'addressSyntax',
    'requireStartTLS',
    'tolerate',
  ] as const),
  ...(['authenticator', 'authRequired', 'authRequireTLS', 'authExcludeMechanism'] as const),
  ...(['commandCallLimit', 'diagnostics', 'tls', 'timeouts', 'greetingDelay'] as const),
];
type Names<T> = readonly (keyof NonNullable<T>)[];
const inner: Readonly<Record<string, readonly string[]>> = {
  timeouts: ['command', 'content'] satisfies Names<Timeouts>,
  limits: [
    ...(['connections', 'connectionsPerClient', 'recipients'] as const),
    ...(['junkCommands', 'unknownCommands', 'errors', 'refusals', 'deferrals'] as const),
  ] satisfies Names<Limits>,
  tls: ['names', 'requestCert', 'rejectUnauthorized'] satisfies Names<SMTPServerOptions['tls']>,
  auth: ['custom', 'scramCredentials', 'cramMD5', 'cramSecret'] satisfies Names<SMTPServerOptions['auth']>,
  proxyProtocol: ['timeout', 'trusted'] satisfies Names<SMTPServerOptions['proxyProtocol']>,
  xclient: ['trusted'] satisfies Names<SMTPServerOptions['xclient']>,
  xforward: ['trusted'] satisfies Names<SMTPServerOptions['xforward']>,
};
const hooks: readonly (keyof Handler)[] = [
  ...(['handlePROXY', 'handleConnect', 'handleClose', 'handleError', 'handleSTARTTLS'] as const),
  ...(['handleHELO', 'handleEHLO', 'handleMAIL', 'handleRCPT', 'handleDATA', 'handleContent'] as const),
  ...(['handleRSET', 'handleNOOP', 'handleVRFY', 'handleEXPN', 'handleHELP', 'handleQUIT'] as const),
];
const verdict: readonly (keyof truepeer.sasl.Accepted | keyof truepeer.sasl.Refused)[] = [
  ...(['authenticated', 'identity', 'data', 'temporary', 'reply'] as const),
];

/** Names that are words, not members. */
const WORDS = [
  'truepeer/proxy',
  'truepeer serve',
  'smtp<VERB>',
  '(session, envelope, argument)',
  'toString()',
  'await using',
  'password',
  'envelope',
  '*',
  'tls' satisfies truepeer.CloseReason,
];

const objects: Readonly<Record<string, object>> = {
  server: new SMTPServer({ handleDATA: () => undefined }),
  session: new SessionState({ address: '192.0.2.1', port: 4321, family: 'IPv4' }).view,
  envelope: new Envelope(),
};

function exists(name: string): boolean {
  if (WORDS.includes(name)) return true;
  const [path = ''] = name.split(/[(:]/);
  const [first = '', second, ...more] = path.split('.');
  if (more.length > 0) return false;
  if (second === undefined) {
    const known: readonly string[] = [...options, ...hooks, ...verdict];
    return known.includes(first) || first in truepeer || first in proxy;
  }
  if (first in objects) return second in objects[first]!;
  return inner[first]?.includes(second) === true;
}

describe.each(['aiosmtpd', 'npm smtp-server'])('the table for people who come from %s', (title) => {
  const rows = table(title);

  it('names only what is here, or says why there is nothing', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.flatMap(({ here }) => names(here)).filter((name) => !exists(name))).toEqual([]);
    for (const { here } of rows) {
      if (names(here).length === 0) expect(here).toMatch(/^(none|the )/);
      if (here.startsWith('none') && here !== 'none') expect(here).toMatch(/^none[:;] ./);
    }
  });

  it('names nothing there twice', () => {
    const there = rows.flatMap((row) => names(row.there));
    expect(there.filter((name, index) => there.indexOf(name) !== index)).toEqual([]);
  });
});

it('the options named are options: the server takes them', () => {
  const given = Object.fromEntries(
    [...options, ...Object.keys(inner)].map((name) => [name, undefined]),
  ) as SMTPServerOptions;
  expect(() => new SMTPServer({ handleDATA: () => undefined }, given)).not.toThrow();
});

it('every option, callback and session member of smtp-server as installed is in its table', () => {
  const there = table('npm smtp-server').flatMap((row) => names(row.there));
  const text = readFileSync(TYPES, 'utf8');
  const members = (name: string): string[] => {
    const [, body = ''] =
      new RegExp(`^export interface ${name}\\b[^{]*\\{\\n(.*?)^\\}`, 'ms').exec(text) ?? [];
    return [...body.matchAll(/^ {4}(\w+)\??[:(]/gm)].map(([, member = '']) => member);
  };
  expect(members('SMTPServerOptions').length).toBeGreaterThan(40);
  expect(members('SMTPServerOptions').filter((name) => !there.includes(name))).toEqual([]);
  expect(members('SMTPServerSession').length).toBeGreaterThan(15);
  expect(members('SMTPServerSession').filter((name) => !there.includes(`session.${name}`))).toEqual([]);
  expect(members('SMTPServerEvents').filter((name) => !there.includes(name))).toEqual([]);
  expect(members('SMTPServerEnvelope').filter((name) => !there.includes(`envelope.${name}`))).toEqual([]);
});

/** Everything that aiosmtpd 1.4 documents of its modules smtp, lmtp, controller and handlers. */
const AIOSMTPD = `
  SMTP LMTP handler data_size_limit enable_SMTPUTF8 decode_data hostname ident tls_context require_starttls timeout
  auth_required auth_require_tls auth_exclude_mechanism auth_callback authenticator command_call_limit
  proxy_protocol_timeout loop line_length_limit local_part_limit AuthLoginUsernameChallenge AuthLoginPasswordChallenge
  event_handler transport _create_session _create_envelope push smtp_<COMMAND> challenge_auth @syntax @auth_mechanism
  AuthResult LoginPassword ehlo_hook rset_hook
  handle_AUTH handle_DATA handle_EHLO handle_HELO handle_MAIL handle_NOOP handle_PROXY handle_QUIT handle_RCPT handle_RSET
  handle_VRFY handle_STARTTLS handle_exception auth_<MECHANISM>
  Session.peer Session.ssl Session.host_name Session.extended_smtp Session.loop Session.login_data Session.auth_data
  Session.authenticated Session.proxy_data
  Envelope.mail_from Envelope.mail_options Envelope.content Envelope.original_content Envelope.rcpt_tos
  Envelope.rcpt_options Envelope.smtp_utf8
  Controller UnixSocketController UnthreadedController UnixSocketUnthreadedController BaseThreadedController
  BaseUnthreadedController ready_timeout ssl_context server_hostname server_kwargs smtpd server start stop factory begin end
  finalize ended unix_socket port get_localhost IP6_IS
  AsyncMessage Debugging Mailbox Message Proxy Sink prepare_message handle_message from_cli
`;

it('everything that aiosmtpd documents is in its table', () => {
  const there = new Set(
    table('aiosmtpd').flatMap((row) => names(row.there).map((name) => name.replace('()', ''))),
  );
  const documented = AIOSMTPD.trim().split(/\s+/);
  expect(documented.filter((name) => !there.has(name))).toEqual([]);
});
