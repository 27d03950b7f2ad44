import { describe, expect, it } from 'vitest';
import { greeted, keeper } from './harness.ts';

/**
 * What a client may try from outside, line by line, and the codes it hears. A row is a rule, the lines, the codes of
 * their final replies; `!` says that the server closes.
 */
const FRESH: readonly (readonly [rule: string, lines: string, codes: string])[] = [
  ['rule 9', 'MAIL FROM:<a@b>|RCPT TO:<a@b>|DATA|BDAT 0 LAST|AUTH PLAIN|STARTTLS', '503 503 503 503 503 454'],
  ['rule 10', 'NOOP|NOOP x y|HELP|HELP MAIL|EXPN x|VRFY x|RSET|QUIT', '250 250 214 214 502 252 250 221!'],
  [
    'rule 11',
    'EHLO|HELO|EHLO a b|HELO a b|EHLO a\u00a0b|EHLO \u202e|MAIL FROM:<>',
    '501 501 501 501 501 501 503',
  ],
  [
    'rule 12',
    'EHLO [192.0.2.99]|EHLO nowhere.invalid|EHLO x_y|EHLO x.|HELO [IPv6:::1]|EHLO [1.2.3]|HELO -a|EHLO (none)|EHLO a@b|EHLO \u00e9',
    '250 250 250 250 250 250 250 250 250 250',
  ],
  [
    'rule 14',
    'BLURB|| |\u0020NOOP|TURN|SEND FROM:<a@b>|SAML FROM:<a@b>|ETRN x|MAILFROM:<a@b>',
    '500 500 500 500 500 500 500 500 500',
  ],
  ['rule 15', 'EHLO  c |NOOP |RSET  |HELP  |QUIT ', '250 250 250 214 221!'],
  [
    'rule 24',
    'HELO c|MAIL FROM:<a@b> BODY=7BIT|MAIL FROM:<a@b>|RCPT TO:<c@d> NOTIFY=NEVER|RCPT TO:<c@d>',
    '250 555 250 555 250',
  ],
  ['rule 29', `EHLO ${'a'.repeat(255)}|EHLO ${'a'.repeat(256)}|NOOP`, '250 501 250'],
  ['A3', 'GET / HTTP/1.1', '421!'],
  ['A3', 'Host:mx.example.test:2525', '421!'],
  ['A3', 'PRI * HTTP/2.0', '421!'],
  ['A3', 'hOsT: x', '421!'],
  ['A3', 'GETX|HOSTX|Hosts: x', '500 500 500'],
];

const GREETED: typeof FRESH = [
  ['rule 1', 'NOOP\nMAIL FROM:<a@b>', '500!'],
  ['rule 1', '\nNOOP', '500!'],
  ['rule 2', 'NOOP\rMAIL FROM:<a@b>|NOOP\r|\r|RCPT TO:<c@d>', '501 501 501 503'],
  [
    'rule 3',
    'NO\0OP|NOOP\0|NOOP\t|MAIL FROM:<a\0@b>|MAIL FROM:<"\t"@b>|\u0007|RSET\u001b[2J|NOOP',
    '501 501 501 501 501 501 501 250',
  ],
  [
    'rule 4',
    'NOOP \u00e9|QUIT \u00e9|DATA\u00e9|MAIL FROM:<a@b> ENVID=\u00e9|MAIL FROM:<\u00e9@b>|VRFY \u00e9',
    '501 501 500 501 553 252',
  ],
  [
    'rule 5',
    'ehlo c|mail from:<a@b> body=8bitmime|Rcpt To:<c@d> notify=Never|rSeT|nOoP|qUiT',
    '250 250 250 250 250 221!',
  ],
  [
    'rule 6',
    `${line('NOOP ', 510)}|${line('NOOP ', 511)}|${line('NOOP ', 512)}|${line('NOOP ', 513)}`,
    '250 250 250 500',
  ],
  [
    'rule 6',
    `${line('NOOP ', 1000)}|${line('NOOP ', 1001)}|${line('VRFY ', 2048)}|${line('X', 2049)}|NOOP`,
    '500 500 500 500 250',
  ],
  [
    'rule 6',
    `MAIL FROM:<a@b>${' '.repeat(2031)}|RSET|MAIL FROM:<a@b>${' '.repeat(2032)}|NOOP`,
    '250 250 500 250',
  ],
  ['rule 15', 'RSET x|DATA x|QUIT x|STARTTLS x|NOOP x', '501 501 501 501 250'],
  ['rule 18', 'MAIL FROM:<>|MAIL FROM:<a@b>|RCPT TO:<c@d>|MAIL FROM:<>|RCPT TO:<e@f>', '250 503 250 503 250'],
  [
    'rule 19',
    'RCPT TO:<c@d>|DATA|MAIL FROM:<a@b>|DATA|RCPT TO:<c>|DATA|RSET|DATA',
    '503 503 250 503 501 503 250 503',
  ],
  [
    'rule 20',
    'MAIL FROM:<>|RCPT TO:<>|RCPT TO:< >|RSET|MAIL FROM:<> SIZE=5|RSET|MAIL FROM: <>',
    '250 501 501 250 250 250 250',
  ],
  [
    'rule 21',
    'MAIL FROM:<a@b>|RCPT TO:<postmaster>|RCPT TO:<POSTMASTER>|RCPT TO:<Postmaster@mx.test>|RCPT TO:postmaster',
    '250 250 250 250 501',
  ],
  [
    'rule 22',
    'MAIL FROM:<a@b> X=1|MAIL FROM:<a@b> SIZE=1 X|MAIL FROM:<a@b>|RCPT TO:<c@d> SIZE=1|RCPT TO:<c@d>',
    '555 555 250 555 250',
  ],
  [
    'rule 23',
    'MAIL FROM:<a@b> SIZE=1 SIZE=2|MAIL FROM:<a@b> RET=FULL ret=HDRS|MAIL FROM:<a@b> BODY=7BIT BODY=7BIT',
    '501 501 501',
  ],
  [
    'rule 25',
    'MAIL FROM:a@b|MAIL FROM a@b|MAIL FROM :<a@b>|MAIL FROM:<a@b|MAIL FROM:<a@b>x|MAIL FROM:<<a@b>>|MAIL FROM:  <a@b>',
    '501 501 501 501 501 501 250',
  ],
  [
    'rule 25',
    'MAIL FROM:"x" <a@b>|MAIL FROM:<a@b>,<c@d>|MAIL FROM:<a@b> <c@d>|MAIL FROM|MAIL|MAIL  FROM:<a@b>',
    '501 501 501 501 501 250',
  ],
  [
    'rule 26',
    'MAIL FROM:<@x,@y:a@b>|RCPT TO:<@x:a@b>|RCPT TO:<@x:>|RCPT TO:<@x a@b>|RCPT TO:<@x,y:a@b>|RCPT TO:<@:a@b>',
    '250 250 501 501 501 501',
  ],
  [
    'rule 27',
    'MAIL FROM:<"a b"@c>|RCPT TO:<"a@b"@c>|RCPT TO:<"a\\"b>"@c>|RCPT TO:<"a\\"@c>|RCPT TO:<"a"b@c>|RCPT TO:<""@c>',
    '250 250 250 501 501 250',
  ],
  [
    'rule 28',
    'MAIL FROM:<a@[1.2.3.4]>|RCPT TO:<a@[IPv6:::1]>|RCPT TO:<a@[1.2.3.256]>|RCPT TO:<a@[IPv6:1::2::3]>|RCPT TO:<a@[x]>',
    '250 250 501 501 501',
  ],
  [
    'rule 29',
    `MAIL FROM:<${'l'.repeat(64)}@b>|RSET|MAIL FROM:<${'l'.repeat(65)}@b>|RSET|MAIL FROM:<${'l'.repeat(2030)}@b>|RSET|MAIL FROM:<${'l'.repeat(2034)}@b>|NOOP`,
    '250 250 250 250 250 250 500 250',
  ],
  [
    'rule 29',
    `MAIL FROM:<a@${domain(255)}>|RCPT TO:<a@${domain(256)}>|RCPT TO:<a@${'d'.repeat(64)}.test>|NOOP`,
    '250 501 501 250',
  ],
  [
    'rule 44',
    'MAIL FROM:<a@b> SIZE=|MAIL FROM:<a@b> SIZE|MAIL FROM:<a@b> SIZE=+1|MAIL FROM:<a@b> SIZE=1k|MAIL FROM:<a@b> SIZE=1=1',
    '501 501 501 501 501',
  ],
  ['rule 44', 'MAIL FROM:<a@b> SIZE=99999999999|MAIL FROM:<a@b> SIZE=00000000000000000001', '552 250'],
  [
    'rule 53',
    'MAIL FROM:<a@b> BODY=|MAIL FROM:<a@b> BODY=9BIT|MAIL FROM:<a@b> BODY=binarymime|RCPT TO:<c@d>|DATA',
    '501 501 250 250 503',
  ],
  ['rule 55', 'BDAT 5 LAST LAST', '501!'],
  ['rule 55', 'BDAT 5\0', '501!'],
  ['rule 55', 'BDAT', '501!'],
  ['rule 55', `BDAT 5${' '.repeat(600)}`, '500!'],
  ['rule 55', 'BDAT \u0665', '501!'],
  [
    'rule 60',
    'MAIL FROM:<a@b> ENVID=+0D+0A|MAIL FROM:<a@b> RET=ALL|MAIL FROM:<a@b>|RCPT TO:<c@d> NOTIFY=NEVER,DELAY|RCPT TO:<c@d> ORCPT=x',
    '501 501 250 501 501',
  ],
  [
    'rule 69',
    'MAIL FROM:<a@b> SMTPUTF8=|MAIL FROM:<a@b> SMTPUTF8=1|MAIL FROM:<\u00e9@b> SMTPUTF8|RCPT TO:<\u00e9@\u00e9>|RCPT TO:<c@d>',
    '501 501 250 250 250',
  ],
  ['rule 70', 'MAIL FROM:<a@b> REQUIRETLS|MAIL FROM:<a@b> REQUIRETLS=1', '530 501'],
  ['rule 76', 'XCLIENT ADDR=1.2.3.4|XFORWARD ADDR=1.2.3.4|XCLIENT', '550 550 501'],
];

/** A line of so many octets, CRLF included. */
function line(start: string, octets: number): string {
  return start.padEnd(octets - 2, 'x');
}

function domain(octets: number): string {
  const label = `${'d'.repeat(49)}.`;
  return label
    .repeat(6)
    .slice(0, octets - 1)
    .padEnd(octets, 'd');
}

/** Codes of final replies; the same line by line, in one segment, and octet by octet. */
function codesOf(lines: string, before: string): string {
  const each = lines.split('|').map((text) => `${text}\r\n`);
  const wire = each.join('');
  const outcomes = [each, [wire], Array.from(Buffer.from(wire), (octet) => Buffer.from([octet]))].map(
    (pieces) => {
      const rig = greeted(keeper());
      rig.say(before);
      const said = pieces.map((piece) => rig.say(piece)).join('');
      const codes = said.match(/^\d{3}(?= )/gm) ?? [];
      return codes.join(' ') + (rig.closed === undefined ? '' : '!');
    },
  );
  expect(new Set(outcomes).size).toBe(1);
  return outcomes[0]!;
}

describe('what a client may try', () => {
  it.each(FRESH)('%s, before any greeting of its own: %j', (_rule, lines, codes) => {
    expect(codesOf(lines, '')).toBe(codes);
  });

  it.each(GREETED)('%s, after EHLO: %j', (_rule, lines, codes) => {
    expect(codesOf(lines, 'EHLO c.test\r\n')).toBe(codes);
  });

  it('rules 26 and 27: what is kept of an address', () => {
    const rig = greeted(keeper());
    rig.say(
      'EHLO c\r\nMAIL FROM:<@x,@y:Al@B>\r\nRCPT TO:<"a b"@c>\r\nRCPT TO:<"plain"@c>\r\nRCPT TO:<PostMaster>\r\n',
    );
    const { mailFrom, rcptTos } = rig.conversation.envelope;
    expect([mailFrom, rcptTos]).toEqual(['Al@B', ['"a b"@c', 'plain@c', 'PostMaster']]);
  });
});
