import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Vite } from 'vitest/node';

export interface BundleSize {
  /** Octets of one minified script for a browser. */
  minified: number;
  gzipped: number;
  /** Node modules that it would ask the browser for; none is the aim. */
  nodeModules: string[];
}

/** Bundles a built module for the browser as an application would, with the bundler that vitest brings. */
export async function bundleSize(entry: URL): Promise<BundleSize> {
  const nodeModules = new Set<string>();
  const { build } = await loadVite();
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'node-modules',
        enforce: 'pre',
        resolveId(id) {
          if (!id.startsWith('node:')) return null;
          nodeModules.add(id);
          return { id, external: true };
        },
      },
    ],
    build: {
      write: false,
      minify: true,
      // Of a module for other bundlers ('es') the white space would be left in.
      lib: { entry: fileURLToPath(entry), formats: ['iife'], name: 'proxy', fileName: 'proxy' },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as {
    output: { type: string; code?: string }[];
  }[];
  const code = outputs.flatMap(({ output }) => output.map((chunk) => chunk.code ?? '')).join('');
  return {
    minified: Buffer.byteLength(code),
    gzipped: gzipSync(code).length,
    nodeModules: [...nodeModules],
  };
}

/** vite is vitest's dependency, not ours: it is found from there. */
async function loadVite(): Promise<typeof Vite> {
  const fromVitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  return (await import(pathToFileURL(fromVitest.resolve('vite')).href)) as typeof Vite;
}
