/** `node --import` this to run TypeScript sources; newer Node does so by itself. */
import { register } from 'node:module';

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url);
