/**
 * Module hooks that strip the types of a .ts file, with the compiler that ts-morph brings, and that load the modules of
 * a spec with the places of their literals. They run as asynchronous hooks in a thread of their own and, where Node has
 * them, as synchronous ones.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toJavaScript } from './instrument.mjs';
import { SPEC_QUERY } from './spec-query.mjs';

const TYPESCRIPT = /\.[cm]?ts$/;

/** @type {import('node:module').LoadHook} */
export function load(url, context, nextLoad) {
  const isSpec = url.endsWith(SPEC_QUERY);
  const bare = isSpec ? url.slice(0, -SPEC_QUERY.length) : url;
  const ours = bare.startsWith('file:') && !bare.endsWith('.cjs') && !bare.endsWith('.json');
  const typed = TYPESCRIPT.test(bare);
  if (!ours || (!typed && !(isSpec && context.format === 'module'))) return nextLoad(bare, context);
  const file = fileURLToPath(bare);
  const source = toJavaScript(readFileSync(file, 'utf8'), file, isSpec && !isPackagePart(bare));
  return { format: 'module', shortCircuit: true, source };
}

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  const isSpec = context.parentURL?.endsWith(SPEC_QUERY) === true;
  for (const candidate of isSpec ? candidatesOf(specifier) : []) {
    try {
      return marked(await nextResolve(candidate, context));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return nextResolve(specifier, context);
}

/** @type {(...args: Parameters<import('node:module').ResolveHookSync>) => import('node:module').ResolveFnOutput} */
export function resolveSync(specifier, context, nextResolve) {
  const isSpec = context.parentURL?.endsWith(SPEC_QUERY) === true;
  for (const candidate of isSpec ? candidatesOf(specifier) : []) {
    try {
      return marked(nextResolve(candidate, context));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return nextResolve(specifier, context);
}

/**
 * What a specifier in a spec may mean: as it stands; with the ending that TypeScript lets one write for a .ts file; and
 * our own tables, where a package manager keeps us out of the reach of the project.
 *
 * @param {string} specifier
 */
function candidatesOf(specifier) {
  const candidates = [specifier];
  if (/^\.{1,2}\//.test(specifier) && specifier.endsWith('.js')) {
    candidates.push(specifier.replace(/js$/, 'ts'));
  }
  if (specifier === 'truepeer/spec') {
    candidates.push(
      ...['../spec-entry.js', '../spec-entry.ts'].map((entry) => new URL(entry, import.meta.url).href),
    );
  }
  return candidates;
}

/** @param {import('node:module').ResolveFnOutput} resolved */
function marked(resolved) {
  if (!resolved.url.startsWith('file:') || resolved.url.includes('?')) return resolved;
  return { ...resolved, url: resolved.url + SPEC_QUERY };
}

/** @param {unknown} error */
function isMissing(error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
}

const here = new URL('..', import.meta.url).href;

/** Whether a module is part of the generator: its literals are no rows of a spec. */
function isPackagePart(/** @type {string} */ url) {
  return url.startsWith(here);
}
