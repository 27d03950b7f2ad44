import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { tsc } from './codegen/child.ts';

/**
 * The `@example` blocks of the sources, and the TypeScript blocks of all Markdown files, are programs: they run, and print
 * what the comment on their line says. A block that begins with the name of a file is a file of a project, which the tests of
 * the generator compile (`test/codegen/installed`).
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOADER = pathToFileURL(join(ROOT, 'codegen/typescript-loader.mjs')).href;
const RUNNER = new URL('example-thread.mjs', import.meta.url);
const ENTRIES: Readonly<Record<string, string>> = {
  truepeer: 'src/index.ts',
  'truepeer/proxy': 'src/proxy/index.ts',
  'truepeer/proxy/node': 'src/proxy/node/index.ts',
  'truepeer/wire': 'src/wire/index.ts',
  'truepeer/schemas': 'generated/schemas.ts',
  'truepeer/spec': 'codegen/spec-entry.ts',
  'truepeer/codegen': 'codegen/index.ts',
};

interface Example {
  /** Where its `@example` stands. */
  readonly place: string;
  readonly lines: readonly string[];
}

const examples = ['src', 'codegen', 'generated'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    // What an emitter holds is text of the files it writes, and runs there.
    .filter((path) => path.endsWith('.ts') && !path.startsWith('emit/'))
    .toSorted()
    .flatMap((path) => examplesIn(`${folder}/${path}`)),
);
examples.push(...markdownFiles().flatMap(examplesInMarkdown));

const workplace = mkdtempSync(join(tmpdir(), 'examples-'));
symlinkSync(join(ROOT, 'node_modules'), join(workplace, 'node_modules'));
afterAll(async () => {
  await endThread();
  rmSync(workplace, { recursive: true });
});

describe('examples', () => {
  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(5);
  });

  test.each(examples)('$place', async ({ lines }) => {
    expect(lines.join('\n'), 'an example prints or asserts something').toMatch(/\bconsole\.log\(|\bassert\b/);
    expect(await run(lines)).toEqual(promised(lines));
  });
});

describe('TypeScript in Markdown files', () => {
  test('compiles in strict mode', async () => {
    const blocks = markdownFiles().flatMap(examplesInMarkdown);
    expect(blocks.length).toBeGreaterThan(5);
    const folder = join(workplace, 'markdown');
    mkdirSync(folder);
    for (const [index, { place, lines }] of blocks.entries())
      writeFileSync(join(folder, `${index}.ts`), `// ${place}\n${lines.join('\n')}\nexport {};\n`);
    const paths = Object.fromEntries(
      Object.entries(ENTRIES).map(([name, file]) => [name, [join(ROOT, file)]]),
    );
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...STRICT, paths } }));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    expect(await tsc(['-p', folder], ROOT)).toEqual({ code: 0, out: '', err: '' });
  });
});

const STRICT = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  module: 'NodeNext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
};

function examplesIn(path: string): Example[] {
  const found: { place: string; lines: string[] }[] = [];
  let current: string[] | undefined;
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .forEach((line, index) => {
      const text = /^\s*\* ?(.*)$/.exec(line)?.[1];
      if (text === undefined || text.startsWith('/') || text.startsWith('@')) current = undefined;
      if (text?.trim() === '@example') {
        current = [];
        found.push({ place: `${path}:${index + 1}`, lines: current });
      } else {
        current?.push(text ?? '');
      }
    });
  return found;
}

function markdownFiles(): string[] {
  const folders = ['.github', 'codegen', 'generated', 'spec', 'src', 'test'];
  const inside = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  return ['README.md', ...inside.filter((path) => path.endsWith('.md')).toSorted()];
}

function examplesInMarkdown(path: string): Example[] {
  const blocks = readFileSync(join(ROOT, path), 'utf8').matchAll(/^```ts\n(.*?)^```$/gmsu);
  return [...blocks]
    .map(([, text = ''], index) => ({ place: `${path}, block ${index + 1}`, lines: text.split('\n') }))
    .filter(({ lines: [first = ''] }) => !/^\/\/ [\w./-]+\.ts$/u.test(first));
}

/** What each line that prints says it prints; without a comment it is a claim, and true. */
function promised(lines: readonly string[]): string[] {
  return lines.flatMap((line, index) => {
    if (!line.includes('console.log(')) return [];
    const comment = /\); \/\/ (.*)$/.exec(line)?.[1];
    return [`${index + 1}: ${comment ?? 'true'}`];
  });
}

/**
 * The thread that examples run in, one after the other. It ends with one that fails: what that leaves open or has changed
 * reaches neither the next example nor another file of tests.
 */
let thread: Worker | undefined;
/** Whether an example is in it, or one that never ended. */
let busy = false;

/** Runs an example against the sources; gives what each line printed. */
async function run(lines: readonly string[]): Promise<string[]> {
  const program = lines
    .map((line, index) => line.replaceAll('console.log(', `globalThis.print(${index + 1}, `))
    .join('\n')
    .replace(/(from\s+)'(truepeer[\w/]*)'/g, (_, from: string, name: string) => {
      const entry = ENTRIES[name];
      if (entry === undefined) throw new Error(`no entry ${name}`);
      return `${from}'${join(ROOT, entry)}'`;
    });
  const file = join(workplace, `${examples.findIndex((example) => example.lines === lines)}.ts`);
  writeFileSync(file, `${program}\nexport {};\n`);
  if (busy) await endThread();
  const runner = (thread ??= new Worker(RUNNER, { execArgv: ['--import', LOADER] }));
  const listening = new AbortController();
  const { signal } = listening;
  try {
    busy = true;
    runner.postMessage(pathToFileURL(file).href);
    const ended = once(runner, 'exit', { signal }).then(([code]) => {
      throw new Error(`the example ended its thread with ${code}`);
    });
    const answer = once(runner, 'message', { signal }) as Promise<[{ printed: string[]; fault?: Error }]>;
    const [{ printed, fault }] = await Promise.race([answer, ended]);
    if (fault !== undefined) throw fault;
    busy = false;
    return printed;
  } finally {
    listening.abort();
  }
}

async function endThread(): Promise<void> {
  await thread?.terminate();
  thread = undefined;
  busy = false;
}
