import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/proxy/index.ts';
import { truepeer } from './support.ts';

const V2 = '0d0a0d0a000d0a515549540a2111000ccb007107c633641910e10019';
const JSON_HEADER = '{"srcAddr":"203.0.113.7","srcPort":4321,"dstAddr":"198.51.100.25","dstPort":25}';

describe('truepeer encode', () => {
  it.each([
    { args: [], out: `${V2}\n` },
    { args: ['--from-client', '203.0.113.7:4321', '--to-server', '198.51.100.25:25'], out: `${V2}\n` },
    { args: ['--format', 'base64'], out: `${Buffer.from(V2, 'hex').toString('base64')}\n` },
    { args: ['--format', 'c-escape'], out: `${V2.replace(/../gu, '\\x$&')}\n` },
    { args: ['--format', 'raw'], out: Buffer.from(V2, 'hex').toString('latin1') },
    {
      args: ['--proxy-version', '1', '--format', 'raw'],
      out: 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n',
    },
    { args: ['--proxy-version', '1', '--local', '--format', 'raw'], out: 'PROXY UNKNOWN\r\n' },
    { args: ['--local'], out: '0d0a0d0a000d0a515549540a20000000\n' },
    { args: [JSON_HEADER], out: `${V2}\n` },
  ])('$args', async ({ args, out }) => {
    expect(await truepeer(['encode', ...args])).toEqual({ code: 0, out, err: '' });
  });

  it('reads JSON from standard input, UNIX paths and TLVs included', async () => {
    const header = {
      srcAddr: '/run/a',
      dstAddr: '/run/b',
      tlvs: [{ UNIQUE_ID: '0102' }, { xF5: 'ff' }],
      checksum: true,
    };
    const { code, out } = await truepeer(['encode', '-'], JSON.stringify(header));
    const result = decode(Buffer.from(out.trim(), 'hex'));
    expect({ code, status: result.status }).toEqual({ code: 0, status: 'ok' });
    if (result.status !== 'ok') throw new Error('never');
    expect(result.data.toJSON()).toMatchObject({
      family: 'UNIX',
      srcAddr: '/run/a',
      dstAddr: '/run/b',
      tlv: { UNIQUE_ID: '0102', xF5: 'ff', CRC32C: expect.any(Number) },
    });
  });

  it('reads JSON from a file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-encode-'));
    const file = join(directory, 'header.json');
    writeFileSync(file, JSON_HEADER);
    const outcome = await truepeer(['encode', file]);
    rmSync(directory, { recursive: true });
    expect(outcome).toEqual({ code: 0, out: `${V2}\n`, err: '' });
  });

  it.each(['hex', 'base64', 'raw', 'c-escape'])('writes %s that inspect reads', async (format) => {
    const { out } = await truepeer([
      'encode',
      '--tlv',
      'AUTHORITY=mx.example',
      '--checksum',
      '--format',
      format,
    ]);
    const inspected = await truepeer(['inspect', '-'], Buffer.from(out, 'latin1'));
    expect(inspected).toMatchObject({ code: 0, out: expect.stringMatching(/\n\nValid: .*48 octets\.\n$/u) });
  });

  it('takes values as their rows want them', async () => {
    const tlvs = [
      'SSL_CLIENT=3',
      'SSL_CN=j\u00f8rn',
      'GCP_PSC_CONNECTION_ID=0xffffffffc0a86402',
      'ALPN=h2',
      'UNIQUE_ID=hex:00ff',
    ];
    const { code, out } = await truepeer(['encode', ...tlvs.flatMap((tlv) => ['--tlv', tlv])]);
    const result = decode(Buffer.from(out.trim(), 'hex'));
    if (result.status !== 'ok') throw new Error(out);
    const { SSL_CLIENT, SSL_CN, GCP_PSC_CONNECTION_ID, ALPN, UNIQUE_ID } = result.data.tlv ?? {};
    expect({ code, SSL_CLIENT, SSL_CN, GCP_PSC_CONNECTION_ID, ALPN, UNIQUE_ID }).toEqual({
      code: 0,
      SSL_CLIENT: 3,
      SSL_CN: 'j\u00f8rn',
      GCP_PSC_CONNECTION_ID: 0xffffffffc0a86402n,
      ALPN: Uint8Array.from(Buffer.from('h2')),
      UNIQUE_ID: Uint8Array.of(0, 0xff),
    });
  });

  it.each([
    { args: ['{'], err: expect.stringMatching(/^error: Expected JSON: [^\n]+\.\n$/u) },
    { args: ['no-such-file.json'], err: 'error: Expected JSON; no file has that name either.\n' },
    { args: [import.meta.dirname], err: `error: Cannot read ${import.meta.dirname}: it is a directory.\n` },
    {
      args: [JSON_HEADER.replace('4321', '70000')],
      err: expect.stringMatching(/^error: This describes no valid header:\nsrcPort: [^\n]+\n$/u),
    },
    {
      args: ['{"srcAdr":"203.0.113.7"}'],
      err:
        'error: This describes no valid header:\nheader: unknown key srcAdr; did you mean srcAddr?\n' +
        'srcAddr: expected an address; family UNSPEC or command LOCAL sends a header without one\n',
    },
    {
      args: ['{"family":"UNSPEC","zz\\u001b[31m":1}'],
      err:
        'error: This describes no valid header:\nheader: unknown key zz\\x1b[31m; known are version, command, family, ' +
        'protocol, srcAddr, dstAddr, srcPort, dstPort, tlvs, checksum\n',
    },
    ...[
      ['authority=bar', 'There is no TLV authority; did you mean AUTHORITY?'],
      ['SSL-CN=bar', 'There is no TLV SSL-CN; did you mean SSL_CN?'],
      ['AUTHORTY=bar', 'There is no TLV AUTHORTY; did you mean AUTHORITY?'],
      ['x04=hex:', 'x04 has a name; write NOOP=.'],
      ['SSL_x21=TLSv1.3', 'SSL_x21 has a name; write SSL_VERSION=.'],
      ['0x20=hex:01', '0x20 has a name; write SSL_CLIENT= and SSL_VERIFY=.'],
    ].map(([tlv = '', said = '']) => ({
      args: ['--tlv', tlv],
      err:
        `error: option '--tlv <name=value>' argument '${tlv}' is invalid. ${said}\n` +
        '(add --help to see what is possible)\n',
    })),
    {
      args: ['--tlv', 'COLOUR=red'],
      err: expect.stringContaining('is invalid. Expected one of ALPN, AUTHORITY, '),
    },
    {
      args: ['{"family":"UNSPEC","tlvs":{"AUTHORITY":5}}'],
      err: expect.stringMatching(/^error: This describes no valid header:\ntlvs\.AUTHORITY: [^\n]+\n$/u),
    },
    {
      args: [JSON_HEADER, '--checksum'],
      err: 'error: A header is described by JSON or by options, not by both.\n',
    },
    { args: ['--local', '--from-client', '192.0.2.1:1'], err: 'error: --local goes with no address.\n' },
    {
      args: ['--tlv', 'SSL_VERIFY=many'],
      err:
        "error: option '--tlv <name=value>' argument 'SSL_VERIFY=many' is invalid. Expected a whole number, decimal or " +
        '0x....\n(add --help to see what is possible)\n',
    },
    {
      args: ['--from-client', '[2001:db8::7]:1', '--proxy-version', '1', '--tlv', 'ALPN=h2'],
      err: expect.stringMatching(/^error: This describes no valid header: encode-/u),
    },
  ])('$args: exit 2', async ({ args, err }) => {
    expect(await truepeer(['encode', ...args])).toEqual({ code: 2, out: '', err });
  });
});
