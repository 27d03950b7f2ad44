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
    `<a@x${label}.test>`,
    `<a@${label}.${label}.${label}.${'x'.repeat(62)}.y>`,
  ])('refuses %s', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  const hidden = [
    0xa0, 0xad, 0x200b, 0x200e, 0x2028, 0x202e, 0x2066, 0x3000, 0x3164, 0xfeff, 0xffff, 0xe0041,
  ];
  it.each(hidden.map((point) => `U+${point.toString(16).toUpperCase()}`))(
    'rule 69: %s, which nobody sees, stands nowhere in a path',
    (name) => {
      const char = String.fromCodePoint(Number.parseInt(name.slice(2), 16));
      const at = [
        '<aXb@c.test>',
        '<"aXb"@c.test>',
        '<"\\aX"@c.test>',
        '<a@cXd.test>',
        '<a@c.testX>',
        '<@rX.test:a@b>',
      ];
      expect(at.map((path) => parse(path.replace('X', char)))).toEqual(at.map(() => undefined));
      expect(parse(`<é@é.test${char}>`)).toBeUndefined();
    },
  );

  it.each([
    'é@b.test',
    'é@[192.0.2.1]',
    'é@xn--a.test',
    'a@bücher.test',
    'a@e\u0301.test',
    'نامه\u200cای@نامه\u200cای.test',
    '\u{1f468}\u200d\u{1f469}@b.test',
    '\u2764\ufe0f@b.test',
    'ａ@ａ.test',
    '"é é"@b.test',
    `${'é'.repeat(700)}@b.test`,
  ])('rule 69: %s can be seen and looked up', (address) => {
    expect(parse(`<${address}>`)).toBe(address);
  });

  it.each([
    '\u200b',
    '\u200ba',
    'a\u200d',
    '\ufe0fé',
    '\u0301a',
    '\ue000',
    '\u0378',
    '\u2100',
    'a\uff3fb',
    'a\uff0f',
    'xn--a.é',
    'é\u3002\u3002b',
    '\u3002é',
    'é'.repeat(60) + '\u1e9e'.repeat(20),
  ])('rule 69: %j.test is no domain that IDNA can map', (domain) => {
    expect(parse(`<a@${domain}.test>`)).toBeUndefined();
  });

  it.each([
    'ann+caf_=bob=example.org@example.net',
    'SRS0=HHH=TT=example.org=u@b.test',
    'prvs=0123456789=u@b.test',
  ])('rule 29: %s and longer ones of its kind are addresses', (address) => {
    expect(parse(`<${address}>`)).toBe(address);
    for (const length of [65, 256, 998, 1900]) {
      const long = address.replace('@', `${'l'.repeat(length)}@`);
      expect(parse(`<${long}>`)).toBe(long);
      expect(parse(`<"${long.split('@')[0]} x"@b.test>`)).toBe(`"${long.split('@')[0]} x"@b.test`);
    }
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
      faults: 0,
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
