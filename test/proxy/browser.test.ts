import { createRequire, isBuiltin } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import type { Vite } from 'vitest/node';
import { encodeVectors, files } from '../vectors/load.ts';
import type * as entry from './browser-entry.ts';

let bundle: { code: string; modules: string[]; foreign: string[] };
let world: typeof entry;

beforeAll(async () => {
  bundle = await bundled('./browser-entry.ts');
  const context = createContext({ TextDecoder, TextEncoder });
  runInContext(bundle.code, context);
  world = runInContext('codec', context) as typeof entry;
});

test('no Node module and no package is in the bundle', () => {
  expect(bundle.foreign).toEqual([]);
  expect(bundle.modules.length).toBeGreaterThan(20);
  const folders = new Set(
    bundle.modules
      .filter((path) => !path.startsWith('\0'))
      .map((path) => path.replace(/^.*\/(src|generated|test|node_modules)\/.*$/, '$1')),
  );
  expect([...folders].toSorted()).toEqual(['generated', 'src', 'test']);
  expect(bundle.code).not.toMatch(/\brequire\(|\bimport\(|^import /m);
});

test('the world it runs in has nothing of Node', () => {
  expect([...world.foreign()]).toEqual([]);
});

test('every vector reads the same there', () => {
  let count = 0;
  for (const { name, hex, options, datagram, expected } of [...files.values()].flat()) {
    const given = JSON.stringify(options ?? {});
    expect(JSON.parse(world.read(hex, given, datagram === true)), name).toEqual(expected);
    count++;
    if (datagram === true || hex.length > 10_000) continue;
    const slow: unknown = JSON.parse(world.readSlowly(hex, given));
    if (expected.status === 'ok') expect(slow, name).toEqual(expected);
    else expect(slow, name).toBe(expected.status === 'invalid' ? expected.code : 'incomplete');
  }
  expect(count).toBeGreaterThan(500);
});

test('every vector is written the same there', () => {
  for (const { name, header, hex, error } of encodeVectors) {
    const given = JSON.stringify(header, (_, value: unknown) =>
      value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value,
    );
    expect(world.write(given), name).toBe(error ?? hex);
  }
});

/** Bundles a module for the browser with the bundler that vitest brings, as one script that defines `codec`. */
async function bundled(path: string): Promise<typeof bundle> {
  const { build } = await loadVite();
  const modules: string[] = [];
  const foreign: string[] = [];
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'watch-imports',
        enforce: 'pre',
        resolveId(id) {
          if (!isBuiltin(id)) return null;
          foreign.push(id);
          return { id, external: true };
        },
        transform(_, id) {
          modules.push(id);
        },
      },
    ],
    build: {
      write: false,
      minify: true,
      lib: {
        entry: fileURLToPath(new URL(path, import.meta.url)),
        formats: ['iife'],
        name: 'codec',
        fileName: 'codec',
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as { output: { code?: string }[] }[];
  return {
    code: outputs.flatMap(({ output }) => output.map(({ code = '' }) => code)).join('\n'),
    modules,
    foreign,
  };
}

/** vite is vitest's dependency, not ours: it is found from there. */
async function loadVite(): Promise<typeof Vite> {
  const fromVitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  return (await import(pathToFileURL(fromVitest.resolve('vite')).href)) as typeof Vite;
}
