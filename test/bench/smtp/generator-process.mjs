// @ts-check
import { generate } from './generator.mjs';
import { answer } from './servers/child.mjs';

/** The generator as a process of its own: a load comes in, its result goes out. */
answer(generate);
process.send?.({ ready: 0 });
