/** A grammar of what clients send: commands that are right, odd or broken, content, and garbage. */

import fc from 'fast-check';
import { DECISIONS } from './setup.ts';

type Text = fc.Arbitrary<string>;

const pick = (...texts: string[]): Text => fc.constantFrom(...texts);
const often = (weight: number, arbitrary: Text): { weight: number; arbitrary: Text } => ({
  weight,
  arbitrary,
});
const joined = (...parts: Text[]): Text => fc.tuple(...parts).map((texts) => texts.join(''));
const many = (text: Text, maxLength: number, minLength = 0): Text =>
  fc.array(text, { minLength, maxLength }).map((texts) => texts.join(''));

/** Nearly always nothing, sometimes the name of a decision. */
const decision: Text = fc.oneof(often(10, pick('')), often(1, pick(...DECISIONS.map((name) => `${name}-`))));
const local = fc.oneof(
  often(6, pick('a', 'b.c', 'x+y')),
  often(1, pick('"q q"', '"a\\"b"', '"@>"', '""', '"\\\\"', 'a..b', '.a', 'ilo.', '...', '\xc3\xa9')),
  often(
    1,
    pick('l'.repeat(64), 'l'.repeat(65), 'l'.repeat(1900), '\xe2\x80\xae', '"\xc2\xa0"', 'a\xe2\x80\x8db'),
  ),
);
const domain = fc.oneof(
  often(6, pick('a.test', 'b.test')),
  often(
    1,
    pick(
      '[192.0.2.1]',
      '[IPv6:2001:db8::1]',
      '[256.1.1.1]',
      '[IPv6:::ffff:1.2.3.4]',
      '[IPv6:1::2::3]',
      '[x',

      '-a.test',
      'a-.test',
      'a..test',
      `${'d'.repeat(63)}.test`,
      'd'.repeat(64),
      '\xc3\xa9.test',
      'a\xe2\x80\x8bb.test',
      '\xef\xbc\xbf.test',
      'e\xcc\x81\xe3\x80\x82test',
      'a_b.test',
      `${'abcdefghi.'.repeat(25)}test`,
    ),
  ),
);
const route = fc.oneof(
  often(12, pick('')),
  often(1, pick('@r.test:', '@r.test,@s.test:', '@r.test,s:', '@:')),
);
const mailbox = fc.oneof(
  often(14, joined(route, decision, local, pick('@'), domain)),
  often(2, pick('', 'postmaster', 'PostMaster', '"postmaster"', 'nobody', 'a@b@c', 'a@', '@b', 'a b@c')),
);
const path = fc.oneof(
  often(
    14,
    mailbox.map((text) => `<${text}>`),
  ),
  often(
    1,
    pick(
      'a@a.test',
      'ann',
      'postmaster',
      'a..b@a.test',
      '@r.test:a@b',
      'a@a.test>',
      '<a@a.test',
      '',
      '<a@a.test>x',
      '< a@a.test>',
    ),
  ),
);
const mailParameter = pick(
  'SIZE=10',
  'SIZE=99999',
  'SIZE=1074',
  'SIZE=1075',
  'SIZE=x',
  'size=1',
  'SIZE',
  'SIZE=999999999999999999999',
  'BODY=8BITMIME',

  'BODY=BINARYMIME',
  'body=7bit',
  'BODY=9BIT',
  'SMTPUTF8',
  'SMTPUTF8=1',
  'RET=FULL',
  'RET=HALF',
  'REQUIRETLS',
  'AUTH=<>',
  'AUTH=ann',
  'AUTH=a+40b',
  'AUTH',
  'ENVID=a+2Bb',
  'ENVID=a+0D+0A',
  `ENVID=${'e'.repeat(101)}`,
  'XYZ=1',
  '=1',
  'A==b',
  'MT-PRIORITY=1',
);
const rcptParameter = pick(
  'NOTIFY=NEVER',
  'NOTIFY=success,FAILURE',
  'NOTIFY=NEVER,DELAY',
  'NOTIFY=',
  'NOTIFY=DELAY,DELAY',
  'ORCPT=rfc822;a@b',
  'ORCPT=rfc822;a+0Db',
  'ORCPT=;a',
  'ORCPT=x',
  'SIZE=1',
  'SMTPUTF8',
);
const parameters = (one: Text): Text =>
  fc.oneof(
    often(8, pick('')),
    often(2, joined(pick(' ', '  '), one)),
    often(1, many(joined(pick(' '), one), 3)),
  );
const line = (text: Text): Text => text.map((it) => `${it}\r\n`);
const colon = fc.oneof(often(12, pick(':')), often(1, pick(': ', ':   ', '', ' :')));

const hello = line(
  joined(
    pick('EHLO ', 'EHLO ', 'EHLO ', 'LHLO ', 'LHLO ', 'HELO ', 'ehlo '),
    decision,
    pick(
      'c.test',
      'c.test',
      '[192.0.2.1]',
      '[::1]',
      '',
      'a b',
      '[IPv6:::1]',
      '-',
      '(none)',
      '\xc3\xa9',
      '\xc2\xa0',
      '\xff',
      'h'.repeat(256),
    ),
  ),
);
const mail = line(
  joined(
    pick('MAIL FROM', 'MAIL FROM', 'mail from', 'MAIL  FROM', 'MAIL FRM'),
    colon,
    path,
    parameters(mailParameter),
  ),
);
const rcpt = line(
  joined(pick('RCPT TO', 'RCPT TO', 'rcpt to', 'RCPT FOR'), colon, path, parameters(rcptParameter)),
);
const goodMail = line(
  joined(pick('MAIL FROM:<a@a.test>', 'MAIL FROM:<>'), pick('', '', ' BODY=8BITMIME', ' BODY=BINARYMIME')),
);
const goodRcpt = fc.oneof(
  often(9, pick('RCPT TO:<b@b.test>\r\n', 'RCPT TO:<c@b.test>\r\nRCPT TO:<c@b.test>\r\n')),
  often(1, pick('RCPT TO:<b@b.test>\r\n'.repeat(102))),
);

const contentLine = fc.oneof(
  often(
    6,
    pick(
      'text',
      '',
      '.',
      '..',
      '.x',
      '...',
      ' .',
      'x.',
      'Subject: x',
      'RSET',
      'z'.repeat(300),
      'z'.repeat(3000),
    ),
  ),
  often(1, joined(decision, pick('content'))),
  often(
    1,
    pick('\0', '\xff', '\x0b.\x0c', '\x85.', 'Received: x\r\n'.repeat(100), 'received:\r\n'.repeat(60)),
  ),
);
const newline = fc.oneof(
  often(20, pick('\r\n')),
  often(1, pick('\n', '\r', '\r\r\n', '\n\r', '\r\n\r', '\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r')),
);
const content = many(joined(contentLine, newline), 8);
const data = joined(
  pick('DATA\r\n', 'DATA\r\n', 'data \r\n'),
  content,
  fc.oneof(often(12, pick('.\r\n')), often(1, pick('', '.\n', '.\r', '\r\n.\r\n'))),
);

const chunk = fc
  .tuple(
    content,
    pick('', '', ' LAST', ' last'),
    fc.oneof(often(9, pick('')), often(1, pick('1', ' ', 'x', '-', '\t', '\xff', ' '.repeat(600)))),
  )
  .map(([octets, last, odd]) => `BDAT ${octets.length}${odd}${last}\r\n${octets}`);
const chunks = joined(
  many(chunk, 3),
  content.map((octets) => `BDAT ${octets.length} LAST\r\n${octets}`),
);
const transaction = joined(
  goodMail,
  goodRcpt,
  fc.oneof(often(3, data), often(2, chunks), often(1, many(rcpt, 3))),
);

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const secret = pick(
  ...[
    '\0tim\0tam',
    '\0tim\0wrong',
    '\0boom\0x',
    'tim\0tim\0tam',
    'other\0tim\0tam',
    'tim',
    '\0\0',
    '',
    'a\0b\0c\0d',
  ].map(base64),
  base64('\0tim\0tam'),
  base64('\0tim\0tam'),
  base64('\0tim\0tam'),
  '*',
  '=',
  '==',
  'dGlt!',
  'AGE',
  '\x01',
  'x'.repeat(4096),
  'A'.repeat(12_292),
  'A'.repeat(13_000),
);
const auth = fc.oneof(
  joined(pick('AUTH PLAIN ', 'auth plain ', 'AUTH PLAIN  '), secret, pick('\r\n', '\r\n', ' \r\n', ' x\r\n')),
  joined(pick('AUTH PLAIN\r\n', 'AUTH LOGIN\r\n'), secret, pick('\r\n', '\r\n', '\r\n', '\n')),
  joined(
    pick('AUTH LOGIN\r\n', `AUTH LOGIN ${base64('tim')}\r\n`),
    pick(base64('tim'), base64('boom'), base64('x')),
    pick('\r\n'),
    pick(base64('tam'), base64('x'), '*'),
    pick('\r\n'),
  ),
  pick('AUTH\r\n', 'AUTH NONE\r\n', 'AUTH SCRAM-SHA-256\r\n', 'AUTH EXTERNAL =\r\n'),
);

const other = fc.oneof(
  line(
    joined(
      pick('NOOP', 'NOOP ', 'noop ', 'HELP ', 'VRFY ', 'EXPN '),
      decision,
      pick('', 'x', '\xc3\xa9', '\xff'),
    ),
  ),
  pick('RSET\r\n', 'RSET\r\n', 'RSET x\r\n', 'RSET \r\n', 'BDAT 0\r\n', 'BDAT 0\r\nBDAT 00\r\n'),
  pick('STARTTLS\r\n', 'STARTTLS x\r\n', 'QUIT x\r\n', 'QUIT\r\n', 'DATA x\r\n', 'DATA\r\n'),
  pick(
    'XCLIENT ADDR=203.0.113.7 NAME=x\r\n',
    'XCLIENT ADDR=IPV6:2001:db8::1 PORT=25\r\n',
    'XCLIENT ADDR=1.2.3\r\n',
    'XCLIENT LOGIN=ann+tag@a.test ADDR=192.0.2.9\r\n',
    'XCLIENT LOGIN=\xc3\xa9 TTL=3 SESSION=x CLIENT-TRANSPORT=TLS\r\n',
    'XCLIENT LOGIN=a\xc2\xa0b\r\n',
    'XCLIENT LOGIN=a=b NAME=\r\n',
  ),
  pick(
    'XCLIENT NAME=[UNAVAILABLE]\r\n',
    'XCLIENT X=1\r\n',
    'XFORWARD NAME=a+2Bb PROTO=SMTP\r\n',
    'XFORWARD NAME\r\n',
  ),
);
const junk = fc.oneof(
  pick(
    'BLURB\r\n',
    ' NOOP\r\n',
    '\r\n',
    '\t\r\n',
    'NOOP\n',
    'NOOP\r\r\n',
    'NO\0OP\r\n',
    'NOOP\0\r\n',
    '__proto__\r\n',
  ),
  pick(
    'GET / HTTP/1.1\r\n',
    'Host: x\r\n',
    '\x16\x03\x01',
    '\r',
    '\n',
    '\0',
    'constructor x\r\n',
    '\x7f\r\n',
  ),
  pick(`NOOP ${'y'.repeat(600)}\r\n`, `MAIL FROM:<${'y'.repeat(2100)}\r\n`, `AUTH ${'y'.repeat(12_400)}\r\n`),
  fc.string({ maxLength: 12, unit: 'binary' }).map((text) => Buffer.from(text).toString('latin1')),
  fc.uint8Array({ maxLength: 24 }).map((octets) => Buffer.from(octets).toString('latin1')),
);

/** What is sent up to a TLS handshake or the end. */
const leg = joined(
  fc.oneof(often(5, pick('EHLO c.test\r\n')), often(1, pick('', 'HELO c.test\r\n'))),
  many(
    fc.oneof(
      often(6, transaction),
      often(2, hello),
      often(2, mail),
      often(2, rcpt),
      often(2, auth),
      often(3, other),
      often(1, junk),
      often(1, data),
      often(1, chunk),
    ),
    9,
  ),
);
const secured = leg.map((text) => `${text}RSET\r\nSTARTTLS\r\n`);
const mutated = fc
  .tuple(
    leg,
    fc.array(fc.tuple(fc.nat(), pick('\r', '\n', '\0', ' ', '.', '\r\n', 'x', '\xff', '')), { maxLength: 3 }),
  )
  .map(([text, changes]) =>
    changes.reduce((before, [at, put]) => {
      const place = at % (before.length + 1);
      return before.slice(0, place) + put + before.slice(place + 1);
    }, text),
  );
const garbage = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('latin1'));
const endless = pick(
  'x'.repeat(66_000),
  `${'x'.repeat(66_000)}\r\n`,
  `A${'x'.repeat(65_536)}`,
  `${'x'.repeat(65_533)}\r\n`,
  `${'x'.repeat(65_535)}\r\n`,
);

/** What is sent: up to a TLS handshake, then after it; or no dialogue at all. */
export const sent: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(leg) },
  { weight: 4, arbitrary: fc.tuple(secured, leg) },
  { weight: 4, arbitrary: fc.tuple(mutated) },
  { weight: 2, arbitrary: fc.tuple(garbage) },
  { weight: 1, arbitrary: fc.tuple(joined(leg, endless)) },
);
