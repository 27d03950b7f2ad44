import type { Ref } from '../../../spec/types.ts';
import { described, integer, list, optional, record, text } from './shape.ts';

/** What rows of many tables have. */

export const name = described('a name such as TENANT_ID', text);
export const code = described('a number such as 0xe4', integer);
export const doc = described('one sentence that says what it is', text);

export const ref = record<Ref>(
  'a ref',
  { source: text, section: optional(text) },
  "a ref such as { source: 'PROXY', section: '2.2' }",
);

export const row = { name, code, aliases: optional(list(name, 'a list of names')), doc, ref };
