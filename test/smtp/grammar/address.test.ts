import { describe, expect, it } from 'vitest';
import { parsePath, quoteLocalPart } from '../../../src/smtp/grammar/address.ts';

function parse(text: string): string | null | undefined {
  const octets = Buffer.from(text);
  const path = parsePath(octets, 0, octets.length);
  if (path === undefined || path.end !== octets.length) return undefined;
  return path.mailbox === null ? null : path.mailbox.address;
}

const label = 'x'.repeat(63);

describe('the grammar of RFC 5321 4.1.2 and 4.1.3', () => {
  it.each([
    ['<>', null],
    ['<a@b>', 'a@b'],
    ['<A.b+c@D.example>', 'A.b+c@D.example'],
    ["<!#$%&'*+-/=?^_`{|}~@b.test>", "!#$%&'*+-/=?^_`{|}~@b.test"],
    ['<@one.test,@two.test:u@d.test>', 'u@d.test'],
    ['<@[192.0.2.1]:u@d.test>', 'u@d.test'],
    ['<"a b"@c.test>', '"a b"@c.test'],
    ['<"plain"@c.test>', 'plain@c.test'],
    ['<"a\\"b\\\\c>@d"@c.test>', '"a\\"b\\\\c>@d"@c.test'],
    ['<"\\p\\l\\a\\i\\n"@c.test>', 'plain@c.test'],
    ['<""@c.test>', '""@c.test'],
    ['<u@[192.0.2.1]>', 'u@[192.0.2.1]'],
    ['<u@[IPv6:2001:db8::1]>', 'u@[IPv6:2001:db8::1]'],
    ['<u@[ipv6:::ffff:192.0.2.1]>', 'u@[ipv6:::ffff:192.0.2.1]'],
    ['<postmaster>', 'postmaster'],
    ['<é@bücher.test>', 'é@bücher.test'],
    [`<${'l'.repeat(64)}@d.test>`, `${'l'.repeat(64)}@d.test`],
    [`<a@${label}.${label}.${label}.${label}>`, `a@${label}.${label}.${label}.${label}`],
    [
      `<${'l'.repeat(64)}@${label}.${label}.${label}.${label}>`,
      `${'l'.repeat(64)}@${label}.${label}.${label}.${label}`,
    ],
  ])('rules 26 to 29: %s is %s', (text, address) => {
    expect(parse(text)).toBe(address);
  });

  it.each([
    '',
    'a@b',
    '<a@b',
    'a@b>',
    '<a>',
    '<a@>',
    '<@b>',
    '<a@b@c>',
    '<a b@c>',
    '<.a@b>',
    '<a.@b>',
    '<a..b@c>',
    '<a@.b>',
    '<a@b.>',
    '<a@b..c>',
    '<a@-b>',
    '<a@b->',
    '<a@b_c>',
    '<a@b c>',
    '<"a@b>',
    '<"a"b@c>',
    '<"a\\"@c>',
    '<"a\u0001"@c>',
    '<a(b)@c>',
    '<@one.test u@d.test>',
    '<@one.test,:u@d.test>',
    '<@one.test:>',
    '<u@[192.0.2.256]>',
    '<u@[192.0.2]>',
    '<u@[1.2.3.4.5]>',
    '<u@[IPv6:2001:db8::g]>',
    '<u@[2001:db8::1]>',
    '<u@[IPv6:fe80::1%eth0]>',
    '<u@[x-tag:hello]>',
    '<u@[192.0.2.1]x>',
    `<${'l'.repeat(65)}@d.test>`,
    `<a@x${label}.test>`,
    `<a@${label}.${label}.${label}.${'x'.repeat(62)}.y>`,
  ])('refuses %s', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it('rule 27: the handler gets the raw path and the unquoted local part', () => {
    const octets = Buffer.from('<@r.test:"a\\ b"@c.test> SIZE=1');
    expect(parsePath(octets, 0, octets.length)).toEqual({
      mailbox: {
        address: '"a b"@c.test',
        local: 'a b',
        domain: 'c.test',
        raw: '@r.test:"a\\ b"@c.test',
        utf8: false,
      },
      end: 23,
    });
  });

  it('quotes what is no Dot-string, and only that', () => {
    expect(['a.b', '', 'a b', 'a"b', 'a\\b', '.a', 'é'].map(quoteLocalPart)).toEqual([
      'a.b',
      '""',
      '"a b"',
      '"a\\"b"',
      '"a\\\\b"',
      '".a"',
      'é',
    ]);
  });
});
