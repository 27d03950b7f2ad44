import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check } from '../codegen/index.ts';
import { extendSpec } from '../codegen/extend.ts';
import { spec } from '../spec/index.ts';
import type { Spec } from '../spec/types.ts';
import { DEFAULT_LIMITS, LIMIT_RANGES } from '../generated/limits.ts';
import * as proxy from '../src/proxy/index.ts';
import { MEMBERS } from '../src/smtp/api/options/handler-checks.ts';
import { KNOWN, readOptions } from '../src/smtp/api/options/options.ts';
import { codecLines } from './bench/codec/lines.ts';
import { startServing } from './cli/serve/serve-process.ts';
import { truepeer } from './cli/support.ts';

/** What the READMEs say is there: links, commands, options, scripts, configuration, output. */
const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');
const SCRIPTS = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

const readmes = ['.', '.github', 'spec', 'codegen', 'src', 'test', 'generated', 'findings'].flatMap(
  (folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
);

test.each(readmes)('the links of %s lead somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/gu)].map(
    ([, link]) => link ?? '',
  );
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(path), link)))).toEqual([]);
});

const files = ['.', '.github', 'spec', 'codegen', 'src', 'test', 'generated', 'findings'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' }).map(
    (name) => `/${folder}/${name}`,
  ),
);

test.each(readmes)('the files that %s names exist', (path) => {
  // Examples have files of their own.
  const text = read(path).replaceAll(/^```(?:ts|diff|console)\n.*?^```$/gmsu, '');
  const named = [
    ...text.matchAll(/(?<![\w./*-])(?:\w[\w-]*\/)*\w[\w-]*(?:\.\w+)*\.(?:ts|mjs|json|cfg)\b/gu),
  ].map(([name]) => name.replace(/^truepeer\//u, ''));
  expect(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});

test.each(readmes)('the scripts that %s names exist', (path) => {
  const named = [...read(path).matchAll(/\bnpm run (?:-s )?(\w+(?::\w+)*)/gu)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
});

test.each(readmes)('the commands that %s names have the options that it gives them', async (path) => {
  const calls = [
    ...read(path).matchAll(/\btruepeer (serve|send|inspect|encode|codegen)((?: [^\n`|#]*)?)/gu),
  ].map(([, command = '', rest = '']) => ({ command, rest }));
  for (const [, rest = ''] of read(path).matchAll(/\bnpm start -- ([^\n`]*)/gu))
    calls.push({ command: 'serve', rest });
  for (const { command, rest } of calls) {
    const { out } = await truepeer([command, '--help']);
    for (const [option] of rest.matchAll(/--[a-z][a-z-]*/gu))
      expect(out, `${command} ${option}`).toMatch(new RegExp(`${option}(?![\\w-])`, 'u'));
  }
});

const shownCalls = readmes.flatMap((path) =>
  [...read(path).matchAll(/^\$ npx truepeer ((?:encode|inspect)\b[^|\n]*)\n(.*?)^```$/gmsu)].map(
    ([, call = '', shown = '']) => ({ path, call, shown }),
  ),
);

test('some files show what encode and inspect print', () => {
  expect(shownCalls.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'src/cli/README.md']),
  );
});

test.each(shownCalls)('$path shows what this prints: $call', async ({ call, shown }) => {
  const args = [...call.matchAll(/'([^']*)'|(\S+)/gu)].map(([, quoted, word]) => quoted ?? word ?? '');
  expect((await truepeer(args)).out).toBe(shown);
});

describe('src/smtp/README.md', () => {
  const text = read('src/smtp/README.md');
  const settings = readOptions({});

  test('has a row for each option, with its default', () => {
    const rows = rowsOf(text, '| option ');
    const defaults: Readonly<Record<string, unknown>> = {
      ...settings,
      hostname: undefined,
      ident: settings.greeting.trim().split(' ').at(-1),
      authRequireTLS: readOptions({ authenticator: () => false }).auth?.requireTLS,
    };
    expect(rows.map(([name]) => name).toSorted()).toEqual(Object.keys(KNOWN).toSorted());
    for (const [name, told] of rows) {
      const value = defaults[name];
      if (['string', 'number', 'boolean'].includes(typeof value))
        expect(`${name} ${told}`).toBe(`${name} ${plain(value)}`);
      else if (!['timeouts', 'limits'].includes(name))
        expect(told).toMatch(/^(?:none|name of the machine)$/u);
    }
  });

  test('has a row for each deadline and limit, with its default', () => {
    const defaults = (['timeouts', 'limits'] as const).flatMap((group) =>
      Object.entries(settings[group]).map(([name, value]) => [`${group}.${name}`, plain(value)]),
    );
    expect(rowsOf(text, '| name ')).toEqual(defaults);
  });

  test('has every hook', () => {
    const [, hooks = ''] = text.split('\n## Hooks\n');
    const [table = ''] = hooks.split('\n### ');
    expect(Object.keys(MEMBERS).filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('src/proxy/README.md', () => {
  const text = read('src/proxy/README.md');

  test('has a row for each limit of the codec, with its default', () => {
    const told = rowsOf(text, '| option ').flatMap(([names, values]) =>
      names.split('`, `').map((name, index) => [name, values.split(', ')[index]] as const),
    );
    for (const [name] of Object.entries(LIMIT_RANGES)) {
      const value = DEFAULT_LIMITS[name as keyof typeof LIMIT_RANGES];
      expect(told).toContainEqual([name, String(value)]);
    }
  });
});

describe('codegen/README.md', () => {
  const blocks = [...read('codegen/README.md').matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gmsu)];

  test.each(blocks.map(([, name = '', text = '']) => ({ name, text })))(
    'shows $name, which the tests of the installed package compile',
    ({ name, text }) => {
      expect(text).toBe(read(join('test/codegen/installed', name)));
    },
  );

  test('shows a diagnostic of the scenario that it names', () => {
    const [, name = '', shown] =
      /scenario\s+`([\w-]+)`:\n\n```\n(.*?)```/su.exec(read('codegen/README.md')) ?? [];
    expect(shown).toMatch(/ - error /u);
    expect(read(join('test/codegen/scenarios', name, 'diagnostics.txt'))).toContain(shown);
  });

  test('shows a file of tables and one that uses them', () => {
    expect(blocks.map(([, name]) => name)).toEqual(['my-tlvs.ts', 'src/server.ts']);
  });
});

describe('README.md', () => {
  test('shows the configuration that the tests run', () => {
    expect(README).toContain(`\`\`\`haproxy\n${read('test/interop/haproxy.cfg').trimEnd()}\n\`\`\``);
  });

  test('shows what send prints, and what serve stores', async () => {
    const [, options = '', shown = '', stored = ''] =
      /\$ npx truepeer send ([^\n|]*) \| grep -v '< 250-'\n(.*?)\$ grep -h Received: maildir\/new\/\*\n(.*?)```/su.exec(
        README,
      ) ?? [];
    const serving = await startServing('--hostname', 'mx');
    try {
      const to = `127.0.0.1:${serving.port}`;
      const { code, out } = await truepeer(['send', '--to', to, ...options.split(' ')]);
      expect(code).toBe(0);
      const lines = out.replace(to, '127.0.0.1:2525').split('\n');
      expect(withoutSize(lines.filter((line) => !line.includes('< 250-')).join('\n'))).toBe(
        withoutSize(shown),
      );
      const received = serving
        .messages()
        .join('')
        .match(/^Received:.*$/gmu);
      expect(received).toEqual([stored.trimEnd()]);
    } finally {
      await serving.remove();
    }
  });

  test('its table of figures has the lines that the bench prints', () => {
    const [, table = ''] = README.split('| headers | to floor | target |');
    const rows = [
      ...table.split('\n\n')[0]!.matchAll(/^\| (\w.*?) \| ([\d.]+)x(, missed)? \| ([\d.]+)x \|/gmu),
    ];
    expect(rows.map(([, title, , , bound]) => ({ title, target: Number(bound) }))).toEqual(
      codecLines(proxy).map(({ title, target }) => ({ title, target })),
    );
    for (const [row, , ratio, missed, bound] of rows)
      expect(Number(ratio) > Number(bound), row).toBe(missed !== undefined);
  });

  test('shows a row that the tables take', async () => {
    const [, diff = ''] = /```diff\n(.*?)```/su.exec(README) ?? [];
    const row = diff.match(/(?<=^\+).*$/gmu)?.join('\n') ?? '';
    const url = `data:text/javascript,export default ${encodeURIComponent(`[${row}]`)}`;
    const { default: tlvs } = (await import(/* @vite-ignore */ url)) as { default: Spec['tlvs'] };
    expect(tlvs.length).toBe(1);
    expect(check(extendSpec(spec, { tlvs }))).toEqual([]);
  });

  test('fits on three hundred lines', () => {
    expect(README.split('\n').length - 1).toBeLessThanOrEqual(300);
  });

  test('names test folders that exist', () => {
    const folders = [...README.matchAll(/vitest\.config\.ts (test\/\w+)/gu)].map(
      ([, folder]) => folder ?? '',
    );
    expect(folders.length).toBeGreaterThan(0);
    expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
  });
});

/** The size of the message depends on the date in it. */
function withoutSize(text: string): string {
  return text.replace(/\d+(?= octets\)\n< 250)/u, 'N');
}

/** Name and second cell of each row of the first table whose head begins so, without backticks around them. */
function rowsOf(text: string, head: string): (readonly [name: string, told: string])[] {
  const table = text.slice(text.indexOf(`\n${head}`)).split('\n\n')[0] ?? '';
  return [...table.matchAll(/^\| `(.+?)` +\| `?(.+?)`? +\|/gmu)].map(
    ([, name = '', told = '']) => [name, told] as const,
  );
}

/** A default as the tables write it. */
function plain(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : String(value);
}
