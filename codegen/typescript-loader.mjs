/** `node --import` this to run TypeScript sources; newer Node does so by itself. */
import { registerTypeScript } from './register.mjs';

if (!process.features.typescript) await registerTypeScript();
