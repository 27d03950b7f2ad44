import type { IntegerKind, Row, Value } from '../../../spec/types.ts';
import { addressOctets } from '../../octets.ts';
import { type Entry, holdsTlvs, type Model } from '../../model.ts';
import { hexCode } from '../../names.ts';
import type { Draft } from '../../print.ts';
import { DISSECTOR } from './lua-dissector.ts';

/** A Wireshark post-dissector that names what it finds by the tables. */
export function emitLua({ spec, contexts }: Model): Draft {
  const { preamble } = spec;
  const signature = preamble.signature.match(/[0-9a-f]{2}/g)!.map((octet) => `\\x${octet}`);
  const layouts = spec.layouts.map((layout) => {
    const fields = layout.fields.map(
      (field) =>
        `{ ${text(field.name)}, ${text(field.value.kind)}, ${addressOctets(field)}, ${text(field.doc)} }`,
    );
    const code = spec.families.find((row) => row.name === layout.family)!.code;
    return `  [${code}] = { ${fields.join(',\n          ')} },`;
  });
  return {
    name: 'truepeer.lua',
    from: 'spec/',
    comment: ['-- ', ''],
    text: `-- A post-dissector for Wireshark: shows the PROXY protocol header at the start of a TCP segment or UDP datagram
-- under "truepeer", each field and TLV by its name. Use it with
--   tshark -X lua_script:truepeer.lua -r FILE -O truepeer
-- or copy it to the folder of personal Lua plugins; filter with names such as truepeer.tlv.authority.

local SIGNATURE = "${signature.join('')}"
local PREAMBLE = { command = ${preamble.versionCommand}, family = ${preamble.familyTransport}, length = ${preamble.length}, size = ${preamble.size} }
local VERSION = ${preamble.version}
local COMMANDS = ${names(spec.commands)}
local FAMILIES = ${names(spec.families)}
local TRANSPORTS = ${names(spec.transports)}

-- Fields of the address block of each family: name, kind, octets, what it is.
local LAYOUTS = {
${layouts.join('\n')}
}

-- TLVs by type. A struct has fixed fields and may hold others inside; a variant has one, chosen by its first octet.
local TLVS = ${tlvTable(contexts[0]!.rows, '')}

${DISSECTOR}`,
  };
}

function names(list: readonly Row[]): string {
  return `{ ${list.map((row) => `[${row.code}] = ${text(row.name)}`).join(', ')} }`;
}

function tlvTable(entries: readonly Entry[], indent: string): string {
  if (entries.length === 0) return '{}';
  const deeper = `${indent}  `;
  const lines = entries.map((entry) => `${deeper}[${hexCode(entry.code)}] = ${tlvEntry(entry, deeper)},`);
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function tlvEntry(entry: Entry, indent: string): string {
  const parts = described(entry.name, entry.value, entry.doc);
  const deeper = `${indent}  `;
  if (entry.value.kind === 'struct') {
    const fields = entry.value.fields.map(
      (field) => `${deeper}  { ${described(field.name, field.value, field.doc).join(', ')} },`,
    );
    parts.push(`fields = {\n${fields.join('\n')}\n${deeper}}`);
  }
  if (holdsTlvs(entry) || entry.value.kind === 'variant') {
    parts.push(`inside = ${tlvTable(entry.children, deeper)}`);
  }
  return parts.length === 3
    ? `{ ${parts.join(', ')} }`
    : `{\n${deeper}${parts.join(`,\n${deeper}`)},\n${indent}}`;
}

const WIDTH: Readonly<Record<IntegerKind | 'flags', number>> = {
  u8: 1,
  flags: 1,
  u16be: 2,
  u32be: 4,
  u32le: 4,
  u64be: 8,
};

function described(name: string, value: Value, doc: string): string[] {
  const parts = [`name = ${text(name)}`, `kind = ${text(value.kind)}`, `doc = ${text(doc)}`];
  if (value.kind in WIDTH) parts[1] += `, size = ${WIDTH[value.kind as IntegerKind]}`;
  if (value.kind === 'flags') {
    const bits = value.bits.map((bit) => `{ ${text(bit.name)}, ${hexCode(bit.code)}, ${text(bit.doc)} }`);
    parts.push(`bits = { ${bits.join(', ')} }`);
  }
  return parts;
}

/** A Lua string literal, every octet outside printable ASCII escaped. */
function text(value: string): string {
  const octets = new TextEncoder().encode(value);
  const body = Array.from(octets, (octet) => {
    const character = String.fromCharCode(octet);
    if (character === '"' || character === '\\') return `\\${character}`;
    return octet >= 0x20 && octet < 0x7f ? character : `\\x${octet.toString(16).padStart(2, '0')}`;
  });
  return `"${body.join('')}"`;
}
