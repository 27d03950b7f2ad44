import type { JsonValue } from '../../json.ts';

/** What the parts of the JSON Schema have in common. */

export type Schema = { readonly [keyword: string]: JsonValue };

/** Absent, or null. */
export const NONE: Schema = { type: 'null' };

export const PORT: Schema = { type: ['integer', 'null'], minimum: 0, maximum: 65535 };
