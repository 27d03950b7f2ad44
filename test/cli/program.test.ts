import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { truepeer } from './support.ts';

const LOADER = join(import.meta.dirname, '../../codegen/typescript-loader.mjs');
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const HINT = '(add --help to see what is possible)\n';

describe('truepeer', () => {
  it('lists its commands', async () => {
    const { code, out, err } = await truepeer(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Usage: truepeer [options] [command]');
    for (const command of ['serve', 'send', 'inspect', 'encode', 'codegen'])
      expect(out).toMatch(new RegExp(`^  ${command} `, 'mu'));
  });

  it('tells its version', async () => {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
    expect(await truepeer(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it.each(['serve', 'send', 'inspect', 'encode', 'codegen'])(
    'explains %s, and says that it is no relay where that matters',
    async (name) => {
      const { code, out } = await truepeer([name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`Usage: truepeer ${name}`);
      expect(/it is no relay/u.test(out)).toBe(name === 'serve');
    },
  );

  it.each([
    { args: ['mail'], err: `error: unknown command 'mail'\n${HINT}` },
    { args: ['serve', '--colour'], err: `error: unknown option '--colour'\n${HINT}` },
    { args: ['inspect'], err: `error: missing required argument 'input'\n${HINT}` },
    {
      args: ['serve', '--listen', '2525'],
      err: `error: option '--listen <place>' argument '2525' is invalid. Expected HOST:PORT, [IPV6]:PORT or unix:PATH.\n${HINT}`,
    },
    {
      args: ['serve', '--listen', '127.0.0.1:65536'],
      err: `error: option '--listen <place>' argument '127.0.0.1:65536' is invalid. Expected a port from 0 to 65535.\n${HINT}`,
    },
    {
      args: ['serve', '--proxy-timeout', '5s'],
      err: `error: option '--proxy-timeout <ms>' argument '5s' is invalid. Expected milliseconds as a whole number from 1 to 2147483647.\n${HINT}`,
    },
    {
      args: ['serve', '--log', 'xml'],
      err: `error: option '--log <format>' argument 'xml' is invalid. Allowed choices are text, json.\n${HINT}`,
    },
    {
      args: ['serve', '--no-proxy', '--proxy-trust', '10.0.0.0/8'],
      err: 'error: --no-proxy and --proxy-trust exclude each other.\n',
    },
    {
      args: ['send', '--from-client', '203.0.113.7'],
      err: `error: option '--from-client <addr:port>' argument '203.0.113.7' is invalid. Expected an address and a port, as in 203.0.113.7:4321 or [2001:db8::7]:4321.\n${HINT}`,
    },
    {
      args: ['send', '--from-client', 'example.org:25'],
      err: `error: option '--from-client <addr:port>' argument 'example.org:25' is invalid. Expected an address and a port, as in 203.0.113.7:4321 or [2001:db8::7]:4321.\n${HINT}`,
    },
    {
      args: ['send', '--no-proxy', '--from-client', '203.0.113.7:4321'],
      err: 'error: --no-proxy goes with no option that describes a PROXY header.\n',
    },
    {
      args: ['send', '--tlv', 'ALPN'],
      err: `error: option '--tlv <name=value>' argument 'ALPN' is invalid. Expected NAME=VALUE, as in AUTHORITY=mail.example.com.\n${HINT}`,
    },
    {
      args: ['send', '--from', 'a>\r\nRSET'],
      err: `error: option '--from <address>' argument 'a>\r\nRSET' is invalid. Expected an address without brackets, blanks or controls.\n${HINT}`,
    },
  ])('$args: usage error, exit 2', async ({ args, err }) => {
    expect(await truepeer(args)).toEqual({ code: 2, out: '', err });
  });

  it('says so when it gets no argument', async () => {
    const { code, out, err } = await truepeer([]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: truepeer');
  });

  it('runs as a program of its own: exit codes, no stack trace', () => {
    const program = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', LOADER, MAIN, ...args]);
      return { status, stdout: stdout.toString(), stderr: stderr.toString() };
    };
    expect(program('inspect', 'no header')).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: Expected a PROXY header [^\n]*\n$/u),
    });
    expect(program('inspect', '0a')).toMatchObject({ status: 1, stderr: '' });
  });

  it('says nothing when its output is no longer read', () => {
    const tlv = `NOOP=hex:${'00'.repeat(60_000)}`;
    const command = `"$0" --import "$1" "$2" encode --tlv "$3" | head -c 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, LOADER, MAIN, tlv]);
    expect({ stdout: stdout.toString(), stderr: stderr.toString() }).toEqual({ stdout: '0', stderr: '' });
  });
});
