import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { truepeer } from './cli/support.ts';

/** What the READMEs say is there: links, commands, options, scripts, configuration, output. */
const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');
const SCRIPTS = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

const readmes = ['.', 'spec', 'codegen', 'src', 'test', 'generated'].flatMap((folder) =>
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

test.each(readmes)('the scripts that %s names exist', (path) => {
  const named = [...read(path).matchAll(/\bnpm run (?:-s )?(\w+(?::\w+)*)/gu)].map(([, name]) => name ?? '');
  expect(named.filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
});

describe('README.md', () => {
  test('names options that its commands have', async () => {
    const calls = [
      ...README.matchAll(/\btruepeer (serve|send|inspect|encode|codegen)((?: [^\n`|]*)?)/gu),
      ...[...README.matchAll(/\bnpm start -- ([^\n`]*)/gu)].map(
        ([all, rest]) => [all, 'serve', rest] as const,
      ),
    ];
    expect(calls.length).toBeGreaterThan(5);
    const helps = new Map<string, string>();
    for (const [, command = '', rest = ''] of calls) {
      if (!helps.has(command)) helps.set(command, (await truepeer([command, '--help'])).out);
      for (const [option] of rest.matchAll(/--[a-z][a-z-]*/gu))
        expect(helps.get(command), `${command} ${option}`).toMatch(new RegExp(`${option}(?![\\w-])`, 'u'));
    }
  });

  test('shows the configuration that the tests run', () => {
    expect(README).toContain(`\`\`\`haproxy\n${read('test/interop/haproxy.cfg').trimEnd()}\n\`\`\``);
  });

  test('shows what inspect prints', async () => {
    const [, argument = '', shown] = /\$ npx truepeer inspect '([^']*)'\n(.*?)```/su.exec(README) ?? [];
    expect((await truepeer(['inspect', argument])).out).toBe(shown);
  });

  test('names test folders that exist', () => {
    const folders = [...README.matchAll(/vitest\.config\.ts (test\/\w+)/gu)].map(
      ([, folder]) => folder ?? '',
    );
    expect(folders.length).toBeGreaterThan(0);
    expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
  });
});
