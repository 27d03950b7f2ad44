import type { Field, Row, Value } from '../../../spec/types.ts';
import { show, suggest } from '../diagnostic.ts';
import { doc, name, row } from './row.ts';
import {
  described,
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

/** Values of TLVs and fields, each kind with its own properties. */

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
  u16le: {},
  u32be: {},
  u32le: {},
  u64be: {},
  u64le: {},
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
  unixPath: { size: integer },
};

export const value: Shape = {
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
export const fields = list(field, 'a list of fields');
