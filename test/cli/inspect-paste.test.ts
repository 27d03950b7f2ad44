import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meantBy } from '../../src/cli/inspect/input-format.ts';
import { truepeer } from './support.ts';

/** A header with octets that are hard to print: quotes, backslashes, NUL before a digit, UTF-8 and what is none. */
const TLVS = Buffer.concat([
  Buffer.from(`\u0002\0\u000aa'b"c\\d 1`.replace('\u000a', '\u0009'), 'latin1'),
  Buffer.from([0xe1, 0, 9, 0, 0x31, 0xff, 0xc3, 0xa9, 7, 8, 27, 0x20, 5, 0, 1, 0]),
]);
const HEADER = Buffer.concat([
  Buffer.from('0d0a0d0a000d0a515549540a2111', 'hex'),
  Buffer.from([0, 12 + TLVS.length]),
  Buffer.from('cb007107c633641910e10019', 'hex'),
  TLVS,
]);
const OCTETS = [...HEADER];
const HEX = HEADER.toString('hex');
const PAIRS = HEX.match(/../gu) ?? [];

const NAMED: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 34: '\\"', 92: '\\\\' };
/** A literal as languages print it: `more` names further octets, `other` writes the rest. */
const literal = (more: Readonly<Record<number, string>>, other: (octet: number, next: number) => string) =>
  OCTETS.map((octet, at) => {
    const name = more[octet] ?? NAMED[octet];
    if (name !== undefined) return name;
    return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : other(octet, OCTETS[at + 1] ?? 0);
  }).join('');
const byHex = (octet: number) => `\\x${octet.toString(16).padStart(2, '0')}`;
const byOctal = (octet: number, next: number) =>
  `\\${octet.toString(8).padStart(next >= 0x30 && next < 0x38 ? 3 : 1, '0')}`;
const numbers = (base: 10 | 16, prefix = '') => OCTETS.map((octet) => prefix + octet.toString(base));
const chunked = <T>(list: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, line) =>
    list.slice(line * size, (line + 1) * size),
  );
/** A dump, line by line. */
const dump = (line: (offset: number, pairs: string[], text: string) => string) =>
  chunked(PAIRS, 16)
    .map((pairs, at) =>
      line(at * 16, pairs, HEADER.toString('latin1', at * 16, at * 16 + 16).replace(/[^ -~]/gu, '.')),
    )
    .join('\n');
const offset = (at: number, digits: number) => at.toString(16).padStart(digits, '0');

const FORMS: Readonly<Record<string, string>> = {
  'hex, one line': HEX,
  'hex, dashes': PAIRS.join('-'),
  'hex, bars': PAIRS.join('|'),
  'hex, 0x once': `0x${HEX}`,
  'hex of PostgreSQL': `\\x${HEX}`,
  'base64 of URLs, no padding': HEADER.toString('base64url'),
  'octets of a URL': OCTETS.map((octet) =>
    octet > 0x40 && octet < 0x5b ? String.fromCharCode(octet) : `%${offset(octet, 2)}`,
  ).join(''),
  'Python repr': `b'${literal({ 34: '"', 39: "\\'" }, byHex)}'`,
  'Python bytearray': `bytearray(b'${literal({ 34: '"', 39: "\\'" }, byHex)}')`,
  'Python assignment': `data = b'${literal({ 34: '"', 39: "\\'" }, byHex)}'`,
  'Python list': inspect(OCTETS, { maxArrayLength: null, breakLength: Infinity }),
  'Python fromhex': `bytes.fromhex('${PAIRS.join(' ')}')`,
  'Go %q': `"${literal({ 7: '\\a', 8: '\\b', 12: '\\f', 11: '\\v' }, byHex).replace('\\xc3\\xa9', '\u00e9')}"`,
  'Go %v': `[${numbers(10).join(' ')}]`,
  'Go %#v': `[]byte{${numbers(16, '0x').join(', ')}}`,
  'Rust escape_ascii': literal({ 39: "\\'" }, byHex),
  'Rust bytes': `b"${literal({ 0: '\\0' }, byHex)}"`,
  'Rust Vec': `[${numbers(10).join(', ')}]`,
  'Rust {:02x?}': `[${PAIRS.join(', ')}]`,
  'Rust {:x?}': `[${numbers(16).join(', ')}]`,
  'Rust {:#04x?}': `[\n${PAIRS.map((pair) => `    0x${pair},\n`).join('')}]`,
  'JavaScript Uint8Array': inspect(new Uint8Array(HEADER), { maxArrayLength: null }),
  'JavaScript string': inspect(HEADER.toString('latin1')),
  'JavaScript Buffer': `<Buffer ${PAIRS.join(' ')}>`,
  'JavaScript Buffer.from': `Buffer.from('${HEADER.toString('base64')}', 'base64')`,
  'JSON of a Buffer': JSON.stringify(HEADER),
  'JSON of a Uint8Array': JSON.stringify(new Uint8Array(HEADER)),
  'JSON string': JSON.stringify(HEADER.toString('latin1')),
  'Erlang numbers': `<<${numbers(10).join(',')}>>`,
  'Erlang numbers of base 16': `<<${PAIRS.map((pair) => `16#${pair.toUpperCase()}`).join(',')}>>`,
  'Erlang with a string': `<<13,10,13,10,0,13,10,"QUIT",10,${numbers(10).slice(12).join(',')}>>`,
  Elixir: `<<${numbers(10).join(', ')}>>`,
  'C array': `unsigned char header[] = {\n  ${chunked(numbers(16, '0x'), 12)
    .map((line) => line.join(', '))
    .join(',\n  ')}\n};\nunsigned int header_len = 60;`,
  'C array of Wireshark': `char peer0_0[] = { /* Packet 4 */\n${chunked(PAIRS, 8)
    .map((line) => line.map((pair) => `0x${pair}`).join(', '))
    .join(', \n')} };`,
  'C array with characters': `{ '\\r', '\\n', '\\r', '\\n', '\\0', '\\r', '\\n', 'Q', 'U', 'I', 'T', '\\n', ${numbers(10).slice(12).join(', ')} }`,
  'C string in lines': chunked(PAIRS, 16)
    .map((line) => `"\\x${line.join('\\x')}"`)
    .join('\n'),
  'Wireshark, escaped string': chunked(PAIRS, 16)
    .map((line) => `"\\x${line.join('\\x')}"`)
    .join(' \\\n'),
  'Java bytes': `[${OCTETS.map((octet) => (octet << 24) >> 24).join(', ')}]`,
  'Java array': `new byte[]{${PAIRS.map((pair) => (pair > '7f' ? `(byte)0x${pair}` : `0x${pair}`)).join(', ')}};`,
  'C# bytes': PAIRS.join('-').toUpperCase(),
  Ruby: `"${literal({ 7: '\\a', 8: '\\b', 27: '\\e' }, (octet) => byHex(octet).toUpperCase().replace('X', 'x'))}"`,
  shell: `$'${literal({ 27: '\\E', 34: '"', 39: "\\'" }, (octet) => `\\${octet.toString(8).padStart(3, '0')}`)}'`,
  strace: `write(5, "${literal({}, byOctal)}", 60) = 60`,
  'Wireshark, hex and text': dump(
    (at, pairs, text) => `${offset(at, 4)}  ${pairs.join(' ').padEnd(48)}  ${text}`,
  ),
  'Wireshark, hex': dump((at, pairs) => `${offset(at, 4)}   ${pairs.join(' ')}`),
  'Wireshark, stream': dump(
    (at, pairs, text) =>
      `${offset(at, 8)}  ${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}   ${text}`,
  ),
  PowerShell: `           00 01 02 03\n\n${dump((at, pairs, text) => `${offset(at, 8).toUpperCase()}   ${pairs.join(' ').toUpperCase().padEnd(48)} ${text}`)}`,
  netty: `+--------+---\n${dump((at, pairs, text) => `|${offset(at, 8)}| ${pairs.join(' ').padEnd(48)}|${text}|`)}\n+--------+---`,
  'xxd with the command above': `$ xxd header\n${dump(
    (at, pairs, text) =>
      `${offset(at, 8)}: ${pairs
        .join('')
        .replace(/.{4}(?=.)/gu, '$& ')
        .padEnd(40)} ${text}`,
  )}\n$`,
};

const meaning = (text: string | Buffer) => {
  const meant = meantBy(Buffer.from(text as string));
  return 'octets' in meant ? Buffer.from(meant.octets).toString('hex') : meant;
};

describe('truepeer inspect, what is pasted', () => {
  it.each(Object.entries(FORMS))('%s', (_form, text) => {
    expect(meaning(text)).toBe(HEX);
    expect(meaning(`\n${text}\n`)).toBe(HEX);
  });

  it('is read with the line ends and the encoding of Windows, too', () => {
    const text = FORMS['Wireshark, hex and text'] ?? '';
    expect(meaning(text.replaceAll('\n', '\r\n'))).toBe(HEX);
    expect(meaning(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBe(HEX);
    expect(meaning(`\ufeff${text}`)).toBe(HEX);
  });

  it('a Buffer that Node printed in part gives that part, and says so', async () => {
    expect(meaning(inspect(HEADER))).toBe(HEX.slice(0, 100));
    const { code, out } = await truepeer(['inspect', inspect(HEADER)]);
    expect(code).toBe(1);
    expect(out).toMatch(/^Incomplete: 50 octets are there, at least 56 are needed; /mu);
    expect(out).toMatch(/\nThe text leaves out 6 octets at its end\.\n$/u);
  });

  it.each([
    ['text', 'Dear customer, 10 20 30 40'],
    ['JSON', '{"name":"x","list":[1,2,3]}'],
    ['a word that is base64', 'QUIT\r\n'],
    ['hex that is a command', 'DATA\r\n'],
  ])('%s in a file is taken as it is', (_name, text) => {
    expect(meaning(text)).toBe(Buffer.from(text).toString('hex'));
  });

  it('text that is nearly one of these forms ends with a verdict', async () => {
    const char = fc.constantFrom(...' \n\t\\x0{}[]<>"\'`$,:;*%=-#/uUé8ab');
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(3), char), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.values(FORMS)), changes, async (text, list) => {
        const letters = [...text];
        for (const [at, count, letter] of list) letters.splice(at % letters.length, count, letter);
        const { code, out } = await truepeer(['inspect', '-'], letters.join(''));
        expect([0, 1]).toContain(code);
        expect(out).toMatch(/^[\n\u0020-\u007e]+$/u);
      }),
      { numRuns: 300 },
    );
  });

  it('an argument in any of these forms is the same', async () => {
    for (const text of Object.values(FORMS)) {
      const { out } = await truepeer(['inspect', '--json', text]);
      expect(JSON.parse(out)).toMatchObject({ verdict: 'ok', octets: HEADER.length });
    }
  });
});

describe('what a browser can run', () => {
  it.each(['annotate', 'notes', 'paste', 'recognise'])('%s has no API of Node', (room) => {
    const folder = join(import.meta.dirname, '../../src/cli/inspect', room);
    for (const file of readdirSync(folder)) {
      const code = readFileSync(join(folder, file), 'utf8').replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gmu, '');
      expect(code).not.toMatch(/'node:|\bBuffer[.<]|: Buffer|\bprocess\./u);
    }
  });
});
