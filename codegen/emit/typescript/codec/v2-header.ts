import type { Field, Layout, Spec } from '../../../../spec/types.ts';
import { literal, pascal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { addressOctets } from '../../../octets.ts';
import { constant, type Draft, fn, lines } from '../../../print.ts';
import { CONSTANTS, v2Header, WIRE, WIRE_TYPES } from '../modules.ts';
import { preambleOffsets } from '../offsets.ts';
import { type Case, switchOn } from '../switch.ts';

const OCTETS = { b: 'Uint8Array' };

/** Where the parts of a version 2 header are, readers of them, and the writer of preamble and address block. */
export function emitV2Header({ spec }: Model): Draft {
  const { layouts } = spec;
  const names = [...new Set(layouts.flatMap((layout) => layout.fields.map((field) => field.name)))];
  return {
    name: 'v2-header.ts',
    from: 'spec/v2.ts',
    doc: 'What the first octets of a version 2 header say, and how they are written.',
    statements: [
      ...preambleOffsets(spec),
      constant(v2Header('PREAMBLE_SIZE'), 'PREAMBLE', 'Octets before the address block.'),
      ...sizes(spec),
      ...nibbles(),
      ...names.map((name) => reader(name, spec)),
      preambleWriter(spec),
      fn(
        v2Header('writeBlock'),
        { out: 'Uint8Array', family: 'number', e: WIRE_TYPES.Endpoints },
        `keyof ${WIRE_TYPES.Endpoints} | undefined`,
        switchOn(
          'family',
          layouts.map((layout) => writeCase(layout, spec)),
          'return undefined;',
        ),
        'Writes the address block; the name of the first field that does not fit, or undefined.',
      ),
    ],
  };
}

function sizes({ families, layouts }: Spec): ReturnType<typeof constant>[] {
  const most = Math.max(...families.map((row) => row.code));
  const list = Array.from({ length: most + 1 }, (_, code) => {
    const name = families.find((row) => row.code === code)?.name;
    return layouts.find((layout) => layout.family === name)?.size ?? 0;
  });
  const blocks = layouts.map(({ family, fields, size }) => {
    const first = fields[0]!;
    const ports = fields.some((field) => field.value.kind === 'u16be');
    return `[${CONSTANTS.AF}.${family}]: { size: ${size}, address: ${literal(first.value.kind)}, addressSize: ${addressOctets(first)}, ports: ${ports} },`;
  });
  return [
    constant(
      'BLOCK_SIZE',
      `[${list.join(', ')}]`,
      'Octets of the address block of each family.',
      'readonly number[]',
    ),
    constant(
      'ADDRESS_BLOCKS',
      `{\n${blocks.join('\n')}\n}`,
      'The address block of each family that has one.',
      `Readonly<Record<number, ${WIRE_TYPES.AddressBlock}>>`,
    ),
  ];
}

function nibbles(): ReturnType<typeof fn>[] {
  return [
    fn('v2Command', OCTETS, 'number', 'return b[VERSION_COMMAND]! & 0x0f;', 'The command.'),
    fn('v2Family', OCTETS, 'number', 'return b[FAMILY_TRANSPORT]! >> 4;', 'The address family.'),
    fn('v2Transport', OCTETS, 'number', 'return b[FAMILY_TRANSPORT]! & 0x0f;', 'The transport.'),
  ];
}

function reader(name: string, spec: Spec): ReturnType<typeof fn> {
  const { layouts } = spec;
  const port = layouts.some((l) => l.fields.some((f) => f.name === name && f.value.kind === 'u16be'));
  const cases = layouts.flatMap((layout) =>
    placed(layout)
      .filter(({ field }) => field.name === name)
      .map(({ field, at }) => familyCase(layout, spec, `return ${readCall(field, at)};`)),
  );
  return fn(
    `v2${pascal(name)}`,
    OCTETS,
    port ? 'number | null' : 'string | null',
    switchOn('b[FAMILY_TRANSPORT]! >> 4', cases, 'return null;'),
    `\`${name}\` in the address block of a scanned header.`,
  );
}

function preambleWriter({ preamble }: Spec): ReturnType<typeof fn> {
  const octets = preamble.signature.match(/[0-9a-f]{2}/g)!.map((octet, i) => `out[${i}] = 0x${octet};`);
  return fn(
    'writePreamble',
    { out: 'Uint8Array', command: 'number', family: 'number', transport: 'number', length: 'number' },
    'void',
    `${octets.join('\n')}
     out[VERSION_COMMAND] = (${preamble.version} << 4) | command;
     out[FAMILY_TRANSPORT] = (family << 4) | transport;
     ${WIRE.writeU16be}(out, LENGTH, length);`,
    'Writes what stands before the address block.',
  );
}

function familyCase({ family }: Layout, { families }: Spec, body: string): Case {
  const { code } = families.find((row) => row.name === family)!;
  return { label: `${code}`, remark: family, body };
}

function writeCase(layout: Layout, spec: Spec): Case {
  const statements = placed(layout).map(({ field, at }) => writeCall(field, at));
  return familyCase(layout, spec, lines(...statements, 'return undefined;'));
}

/** The fields of an address block, and where each is in a header. */
function placed(layout: Layout): { field: Field; at: string }[] {
  let offset = 0;
  return layout.fields.map((field) => {
    const at = offset === 0 ? 'PREAMBLE' : `PREAMBLE + ${offset}`;
    offset += addressOctets(field);
    return { field, at };
  });
}

function readCall(field: Field, at: string): string {
  switch (field.value.kind) {
    case 'u16be':
      return `${WIRE.u16be}(b, ${at})`;
    case 'unixPath':
      return `${WIRE.unixPathText}(b, ${at}, ${addressOctets(field)})`;
    default:
      return `${field.value.kind === 'ipv4' ? WIRE.ipv4Text : WIRE.ipv6Text}(b, ${at})`;
  }
}

function writeCall(field: Field, at: string): string {
  const { kind } = field.value;
  if (kind === 'u16be') return `${WIRE.writeU16be}(out, ${at}, e.${field.name});`;
  const write = { ipv4: WIRE.writeIpv4, ipv6: WIRE.writeIpv6, unixPath: WIRE.writeUnixPath }[
    kind as 'ipv4' | 'ipv6' | 'unixPath'
  ];
  const size = kind === 'unixPath' ? `, ${addressOctets(field)}` : '';
  return `if (!${write}(e.${field.name}, out, ${at}${size})) return ${literal(field.name)};`;
}
