import type {
  Checksum,
  ErrorRow,
  Example,
  Field,
  Layout,
  Limit,
  Pair,
  Preamble,
  Range,
  Ref,
  Row,
  Rule,
  Source,
  Spec,
  Tlv,
  Value,
} from '../../../spec/types.ts';
import { show, suggest } from '../diagnostic.ts';
import {
  described,
  flag,
  integer,
  isRecord,
  list,
  oneOf,
  optional,
  record,
  type Optional,
  type Shape,
  such,
  text,
} from './shape.ts';

/** The shape of every table of `spec/types.ts`. */

const name = described('a name such as TENANT_ID', text);
const code = described('a number such as 0xe4', integer);
const doc = described('one sentence that says what it is', text);

const ref = record<Ref>(
  'a ref',
  { source: text, section: optional(text) },
  "a ref such as { source: 'PROXY', section: '2.2' }",
);

const meaning: Shape = such(
  'text, a number, or an object of those',
  (value) => isScalar(value) || (isRecord(value) && Object.values(value).every(isScalar)),
);

const example = record<Example>(
  'an example',
  { wire: described('octets in hex', text), means: meaning },
  "an example such as { wire: '01 02', means: '0102' }",
);
const examples = list(example, "a list of examples such as { wire: '01 02', means: '0102' }");

const row = { name, code, aliases: optional(list(name, 'a list of names')), doc, ref };

const bound: Shape = such(
  "a number of octets, or { limit: '...' }",
  (value) =>
    Number.isSafeInteger(value) ||
    (isRecord(value) && Object.keys(value).length === 1 && typeof value['limit'] === 'string'),
);

const length = {
  min: optional(such('a number of octets', Number.isSafeInteger)),
  max: optional(bound),
};
const bit = record<Row>('a flag', row);

const KINDS: Readonly<Record<Value['kind'], Readonly<Record<string, Shape | Optional>>>> = {
  bytes: length,
  ascii: length,
  utf8: length,
  u8: {},
  u16be: {},
  u32be: {},
  u32le: {},
  u64be: {},
  flags: { constant: name, bits: list(bit, 'a list of flags') },
  struct: {
    fields: {
      what: 'a list of fields',
      check: (value, path, report) => fields.check(value, path, report),
    },
    holds: optional(oneOf(['tlvs'])),
  },
  variant: {},
  ipv4: {},
  ipv6: {},
  unixPath: {},
};

const value: Shape = {
  what: "a value kind such as { kind: 'utf8' }",
  check(given, path, report) {
    if (!isRecord(given)) return such(this.what, () => false).check(given, path, report);
    const { kind } = given;
    if (kind === undefined)
      return record('a value', { kind: described("the name of a kind such as 'utf8'", text) }).check(
        given,
        path,
        report,
      );
    if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
      const kinds = Object.keys(KINDS);
      const hint = typeof kind === 'string' ? suggest(kind, kinds) : `there are ${kinds.join(', ')}`;
      report.add('unknown-kind', [...path, 'kind'], `${show(kind)} is no value kind; ${hint}`);
      return false;
    }
    const properties = { kind: text, ...KINDS[kind as Value['kind']] };
    return record<Record<string, unknown>>(`a value of kind ${kind}`, properties).check(given, path, report);
  },
};

const field = record<Field>('a field', { name: described('a name such as srcAddr', text), value, doc });
const fields = list(field, 'a list of fields');

/** Each production but a literal has one property that says what it is. */
const PRODUCTIONS: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  rule: { rule: text },
  seq: { seq: lazyList('a list of productions') },
  alt: { alt: lazyList('a list of alternatives') },
  opt: {
    opt: { what: 'a production', check: (given, path, report) => production.check(given, path, report) },
  },
  field: { field: text, is: oneOf(['ipv4', 'ipv6', 'port']) },
  skip: { skip: oneOf(['line']) },
};

const production: Shape = {
  what: "a production: a literal, or such as { rule: 'tcp4' }",
  check(given, path, report) {
    if (typeof given === 'string') return true;
    if (!isRecord(given)) return such(this.what, () => false).check(given, path, report);
    const kind = Object.keys(PRODUCTIONS).find((key) => given[key] !== undefined);
    if (kind !== undefined)
      return record(`a production "${kind}"`, PRODUCTIONS[kind]!).check(given, path, report);
    const [key] = Object.keys(given);
    const known = Object.keys(PRODUCTIONS);
    const hint = key === undefined ? `there are ${known.join(', ')}` : suggest(key, known);
    report.add(
      'unknown-kind',
      path,
      `${key === undefined ? 'an empty object' : show(key)} is no production; ${hint}`,
    );
    return false;
  },
};

function lazyList(what: string): Shape {
  return { what, check: (given, path, report) => list(production, what).check(given, path, report) };
}

function isScalar(given: unknown): boolean {
  return typeof given === 'string' || (typeof given === 'number' && Number.isFinite(given));
}

/** The shape of a row of each table that is a list. */
export const LISTS: Readonly<Record<Exclude<keyof Spec, 'preamble' | 'checksum'>, Shape>> = {
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
  'checksum',
];
