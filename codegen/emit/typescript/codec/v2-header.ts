import type { Field, Layout } from '../../../../spec/types.ts';
import { literal, pascal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { addressOctets } from '../../../octets.ts';
import { type Draft, fn, type Statement } from '../../../print.ts';

/** Readers of the address block, and the writer of preamble and block. */
export function emitV2Header({ spec }: Model, wire: string): Draft {
  const { preamble, layouts } = spec;
  const signature = preamble.signature.match(/[0-9a-f]{2}/g)!;
  const names = [...new Set(layouts.flatMap((layout) => layout.fields.map((field) => field.name)))];
  const codeOf = (layout: Layout): number => spec.families.find((row) => row.name === layout.family)!.code;
  const readers = names.map((name) => reader(name));

  function reader(name: string): Statement {
    const port = layouts.some((l) => l.fields.some((f) => f.name === name && f.value.kind === 'u16be'));
    const cases = layouts.flatMap((layout) =>
      placed(layout, preamble.size)
        .filter(({ field }) => field.name === name)
        .map(({ field, at }) => `case ${codeOf(layout)}: return ${readCall(field, at)};`),
    );
    return fn(
      `v2${pascal(name)}`,
      ['b: Uint8Array'],
      port ? 'number | null' : 'string | null',
      `switch (b[${preamble.familyTransport}]! >> 4) {\n${cases.join('\n')}\ndefault: return null;\n}`,
      `\`${name}\` in the address block of a scanned header.`,
    );
  }

  const writers = layouts.map((layout) => {
    const lines = placed(layout, preamble.size).map(({ field, at }) => writeCall(field, at));
    return `case ${codeOf(layout)}:\n${lines.join('\n')}\nreturn undefined;`;
  });
  const octets = signature.map((octet, i) => `out[${i}] = 0x${octet};`).join('\n');
  const text = [...readers.map((r) => JSON.stringify(r)), ...writers].join('\n');
  const helpers = [
    'ipv4Text',
    'ipv6Text',
    'u16be',
    'unixPathText',
    'writeIpv4',
    'writeIpv6',
    'writeU16be',
    'writeUnixPath',
  ];
  return {
    name: 'v2-header.ts',
    from: 'spec/v2.ts',
    doc: 'What the first octets of a version 2 header say, and how they are written.',
    imports: [
      { from: wire, names: ['Endpoints'], typeOnly: true },
      { from: wire, names: helpers.filter((name) => text.includes(`${name}(`)) },
    ],
    statements: [
      fn(
        'v2Command',
        ['b: Uint8Array'],
        'number',
        `return b[${preamble.versionCommand}]! & 0x0f;`,
        'The command.',
      ),
      fn(
        'v2Family',
        ['b: Uint8Array'],
        'number',
        `return b[${preamble.familyTransport}]! >> 4;`,
        'The address family.',
      ),
      fn(
        'v2Transport',
        ['b: Uint8Array'],
        'number',
        `return b[${preamble.familyTransport}]! & 0x0f;`,
        'The transport.',
      ),
      ...readers,
      fn(
        'writePreamble',
        ['out: Uint8Array', 'command: number', 'family: number', 'transport: number', 'length: number'],
        'void',
        `${octets}
         out[${preamble.versionCommand}] = ${preamble.version << 4} | command;
         out[${preamble.familyTransport}] = (family << 4) | transport;
         writeU16be(out, ${preamble.length}, length);`,
        'Writes what stands before the address block.',
      ),
      fn(
        'writeBlock',
        ['out: Uint8Array', 'family: number', 'e: Endpoints'],
        'keyof Endpoints | undefined',
        `switch (family) {\n${writers.join('\n')}\ndefault: return undefined;\n}`,
        'Writes the address block; the name of the first field that does not fit, or undefined.',
      ),
    ],
  };
}

function placed(layout: Layout, start: number): { field: Field; at: number }[] {
  let at = start;
  return layout.fields.map((field) => {
    const place = { field, at };
    at += addressOctets(field);
    return place;
  });
}

function readCall(field: Field, at: number): string {
  if (field.value.kind === 'u16be') return `u16be(b, ${at})`;
  if (field.value.kind === 'unixPath') return `unixPathText(b, ${at}, ${addressOctets(field)})`;
  return `${field.value.kind}Text(b, ${at})`;
}

function writeCall(field: Field, at: number): string {
  if (field.value.kind === 'u16be') return `writeU16be(out, ${at}, e.${field.name});`;
  const size = field.value.kind === 'unixPath' ? `, ${addressOctets(field)}` : '';
  return `if (!write${pascal(field.value.kind)}(e.${field.name}, out, ${at}${size})) return ${literal(field.name)};`;
}
