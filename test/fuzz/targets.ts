import { targets as proxy } from './proxy.ts';
import { targets as smtp } from './smtp.ts';
import type { Target } from './target.ts';

/** Everything to fuzz, by the part of truepeer it is about. */
export const parts: Readonly<Record<string, readonly Target[]>> = { proxy, smtp };
