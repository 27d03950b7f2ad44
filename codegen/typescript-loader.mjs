/** `node --import` this to run TypeScript sources; newer Node does so by itself. */
import { registerTypeScript } from './load/register.mjs';

if (!process.features.typescript) await registerTypeScript();
