import type {
  Checksum,
  ErrorRow,
  Example,
  Layout,
  Limit,
  Pair,
  Preamble,
  Range,
  Row,
  Rule,
  Source,
  Spec,
  Tlv,
  TlvHead,
} from '../../../spec/types.ts';
import { production } from './productions.ts';
import { code, doc, name, ref, row } from './row.ts';
import {
  described,
  flag,
  integer,
  isRecord,
  list,
  oneOf,
  optional,
  record,
  type Shape,
  such,
  text,
} from './shape.ts';
import { fields, value } from './values.ts';

/** The shape of every table of `spec/types.ts`. */

const meaning: Shape = such(
  'text, a number, or an object of those',
  (given) => isScalar(given) || (isRecord(given) && Object.values(given).every(isScalar)),
);

const example = record<Example>(
  'an example',
  { wire: described('octets in hex', text), means: meaning },
  "an example such as { wire: '01 02', means: '0102' }",
);
const examples = list(example, "a list of examples such as { wire: '01 02', means: '0102' }");

function isScalar(given: unknown): boolean {
  return typeof given === 'string' || (typeof given === 'number' && Number.isFinite(given));
}

/** The shape of a row of each table that is a list. */
export const LISTS: Readonly<Record<Exclude<keyof Spec, 'preamble' | 'tlvHead' | 'checksum'>, Shape>> = {
  sources: record<Source>('a source', { name: text, title: text, where: text }),
  commands: record<Row>('a command', row),
  families: record<Row>('a family', row),
  transports: record<Row>('a transport', row),
  layouts: record<Layout>('a layout', { family: text, fields, size: integer, ref }),
  pairs: record<Pair>('a pair', { code, family: text, transport: text, doc, ref, examples }),
  ranges: record<Range>('a range', { name, from: code, to: code, shared: flag, usable: flag, doc, ref }),
  tlvs: record<Tlv>('a TLV row', {
    ...row,
    parent: optional(described('the name of the row around it', text)),
    value,
    role: optional(oneOf(['checksum', 'padding'])),
    repeats: optional(flag),
    examples,
  }),
  v1: record<Rule>('a rule', {
    name: described('a name such as tcp4', text),
    is: production,
    longest: integer,
    family: optional(text),
    transport: optional(text),
    doc,
    ref,
    examples,
  }),
  errors: record<ErrorRow>('an error', {
    name: described('a name such as BAD_SIGNATURE', text),
    side: oneOf(['decode', 'encode']),
    doc,
    expected: described('words that complete "expected ..."', text),
    found: oneOf(['octet', 'number', 'tlv', 'checksum', 'none']),
    ref,
    examples,
  }),
  limits: record<Limit>('a limit', {
    name: described('a name such as maxLength', text),
    default: integer,
    min: integer,
    max: integer,
    doc,
    ref,
  }),
};

export const PREAMBLE: Shape = record<Preamble>('the preamble', {
  signature: described('octets in hex', text),
  version: integer,
  versionCommand: integer,
  familyTransport: integer,
  length: integer,
  size: integer,
  ref,
});

export const TLV_HEAD: Shape = record<TlvHead>('the head of a TLV', {
  type: integer,
  length: integer,
  size: integer,
  ref,
});

export const CHECKSUM: Shape = record<Checksum>('the checksum', {
  name: text,
  polynomial: integer,
  check: integer,
  ref,
});

/** Whether an object has the tables of a spec and no others. */
export const TABLES: readonly (keyof Spec)[] = [
  ...(Object.keys(LISTS) as (keyof typeof LISTS)[]),
  'preamble',
  'tlvHead',
  'checksum',
];
