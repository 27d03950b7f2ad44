import type { Field, Layout, Production, Row, Spec, Value } from '../../../spec/types.ts';
import { leading, rulesOf, type Rules } from '../../grammar.ts';
import { type Entry, holdsTlvs, type Model, widthOf } from '../../model.ts';
import { hexCode, kebab } from '../../names.ts';
import { addressOctets, octetsOf, reflected } from '../../octets.ts';
import type { Draft } from '../../print.ts';
import { DECLARATIONS } from './dissector/declarations.ts';
import { DISSECT_HEADER } from './dissector/header.ts';
import { DISSECT_LINE } from './dissector/line.ts';
import { REASSEMBLE } from './dissector/segments.ts';
import { DISSECT_TLVS } from './dissector/tlvs.ts';
import { codeText, list, record, table, text } from './literals.ts';

/** A Wireshark post-dissector: the tables as Lua, and behind them the code that reads octets by them. */
export function emitLua(model: Model): Draft {
  const parts = [
    ABOUT,
    ...version2(model.spec),
    ...version1(model.spec),
    ...errors(model.spec),
    '-- TLVs by type. A struct has fixed fields and may hold others inside; a variant has one, chosen by its first octet.',
    `local TLVS = ${tlvTable(model.contexts[0]!.rows, model.spec)}`,
    '',
    [DECLARATIONS, DISSECT_TLVS, DISSECT_HEADER, DISSECT_LINE, REASSEMBLE].join('\n'),
  ];
  return { name: 'truepeer.lua', from: 'spec/', comment: ['-- ', ''], text: parts.join('\n') };
}

const ABOUT = `-- A post-dissector for Wireshark: shows the PROXY protocol header at the start of a TCP connection or UDP datagram
-- under "truepeer", each field and TLV by its name, and marks what is wrong with it. Use it with
--   tshark -X lua_script:truepeer.lua -r FILE -O truepeer
-- or copy it to the folder of personal Lua plugins; filter with names such as truepeer.tlv.authority or truepeer.error.
`;

function version2(spec: Spec): string[] {
  const { preamble } = spec;
  const signature = Array.from(octetsOf(preamble.signature)!, (octet) => codeText(octet));
  const limit = (name: string): number => spec.limits.find((row) => row.name === name)!.default;
  const reserved = spec.ranges.filter((range) => !range.usable);
  return [
    `local SIGNATURE = "${signature.join('')}"`,
    `local PREAMBLE = { command = ${preamble.versionCommand}, family = ${preamble.familyTransport}, length = ${preamble.length}, size = ${preamble.size} }`,
    `local VERSION = ${preamble.version}`,
    `local COMMANDS = ${names(spec.commands)}`,
    `local LOCAL = ${spec.commands.find((row) => row.name === 'LOCAL')!.code}`,
    `local FAMILIES = ${names(spec.families)}`,
    `local TRANSPORTS = ${names(spec.transports)}`,
    `local PAIRS = { ${spec.pairs.map((pair) => `[${hexCode(pair.code)}] = true`).join(', ')} }`,
    `local RESERVED = { ${reserved.map(({ from, to }) => `{ ${hexCode(from)}, ${hexCode(to)} }`).join(', ')} }`,
    `local POLYNOMIAL = ${hexCode(reflected(spec.checksum.polynomial), 8)}`,
    '-- Limits that receivers have by default.',
    `local LONGEST_BLOCK = ${limit('maxLength')}`,
    `local MOST_TLVS = ${limit('maxTLVs')}`,
    '',
    '-- Size and fields of the address block of each family.',
    `local LAYOUTS = ${table(spec.layouts.map((layout) => [familyOf(layout, spec), layoutText(layout)]))}`,
    '',
  ];
}

function names(rows: readonly Row[]): string {
  return `{ ${rows.map((row) => `[${row.code}] = ${text(row.name)}`).join(', ')} }`;
}

function familyOf(layout: Layout, spec: Spec): string {
  return String(spec.families.find((row) => row.name === layout.family)!.code);
}

function layoutText({ size, fields }: Layout): string {
  return list([`size = ${size}`, ...fields.map((field) => fieldText(field, addressOctets(field)))]);
}

function version1({ v1 }: Spec): string[] {
  const rules = rulesOf(v1);
  const header = rules.get('header')!;
  const keyword = leading(header.is, rules);
  return [
    '-- The line of version 1: literals, sequences, alternatives, and words that are fields.',
    `local KEYWORD = ${text(keyword.trimEnd())}`,
    `local LONGEST_LINE = ${header.longest}`,
    `local GRAMMAR = ${production(header.is, rules)}`,
    '',
  ];
}

/** A production with its rules written out; a blank behind a literal of the header is a separator of its own. */
function production(is: Production, rules: Rules, depth = 0): string {
  if (typeof is === 'string') {
    const words = depth === 1 ? is.split(/(?= $)/) : [is];
    return words.map(text).join(', ');
  }
  const inside = (parts: readonly Production[]): string =>
    parts.map((part) => production(part, rules, depth + 1)).join(', ');
  if ('rule' in is) return production(rules.get(is.rule)!.is, rules, depth + 1);
  if ('seq' in is) return `{ seq = { ${inside(is.seq)} } }`;
  if ('alt' in is) return `{ alt = { ${inside(is.alt)} } }`;
  if ('opt' in is) return `{ opt = ${inside([is.opt])} }`;
  return 'field' in is ? `{ field = ${text(is.field)}, is = ${text(is.is)} }` : '{ skip = true }';
}

function errors(spec: Spec): string[] {
  const rows = spec.errors
    .filter((row) => row.side === 'decode')
    .map(({ name, doc, expected }): [string, string] => [
      name,
      record({ code: text(kebab(name)), text: text(`${doc} Expected ${expected}`) }),
    ]);
  return ['-- Why a header is refused.', `local ERRORS = ${table(rows, false)}`, ''];
}

function tlvTable(entries: readonly Entry[], spec: Spec): string {
  return table(entries.map((entry) => [hexCode(entry.code), tlvText(entry, spec)]));
}

function tlvText(entry: Entry, spec: Spec): string {
  const { max } = entry;
  const most = typeof max === 'number' ? max : spec.limits.find((row) => row.name === max.limit)!.default;
  const head = record({
    ...valueText(entry.name, entry.value, entry.doc),
    min: String(entry.min),
    max: String(most),
    ...(entry.singleton ? { once: 'true' } : {}),
    ...(entry.role === undefined ? {} : { role: text(entry.role) }),
  });
  const parts = [head.slice(2, -2)];
  if (entry.value.kind === 'struct') {
    const fields = entry.value.fields.map((field) => fieldText(field, widthOf(field.value) ?? 0));
    parts.push(`fields = ${list(fields)}`);
  }
  if (holdsTlvs(entry) || entry.value.kind === 'variant')
    parts.push(`inside = ${tlvTable(entry.children, spec)}`);
  return parts.length === 1 ? head : list(parts);
}

function fieldText({ name, value, doc }: Field, size: number): string {
  return record({ ...valueText(name, value, doc), size: String(size) });
}

function valueText(name: string, value: Value, doc: string): Readonly<Record<string, string>> {
  const head = { name: text(name), kind: text(value.kind), doc: text(doc) };
  if (value.kind !== 'flags') return head;
  const bits = value.bits.map((bit) =>
    record({ name: text(bit.name), code: hexCode(bit.code), doc: text(bit.doc) }),
  );
  return { ...head, bits: list(bits) };
}
