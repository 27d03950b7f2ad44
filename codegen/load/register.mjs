import * as module from 'node:module';

let registered = false;

/** Makes this process load TypeScript, and specs with the places of their rows. Asked twice, it does so once. */
export async function registerTypeScript() {
  if (registered) return;
  registered = true;
  if (module.registerHooks === undefined) {
    module.register('./typescript-hooks.mjs', import.meta.url);
    return;
  }
  const { load, resolveSync } = await import('./typescript-hooks.mjs');
  module.registerHooks({ load, resolve: resolveSync });
}
