import type { Layout, Spec } from '../../../../spec/types.ts';
import { key } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { type Draft, fn } from '../../../print.ts';
import { addressOctets } from '../../../octets.ts';

/** Rules about a header to send that no single field can say. They are those of `encode`, with a path for each. */
export function emitHeaderRules({ spec }: Model, wire: string): Draft {
  return {
    name: 'header-rules.ts',
    from: 'spec/v2.ts and spec/tlv/',
    doc: 'What the fields of a header must agree about.',
    imports: [
      { from: wire, names: ['writeIpv4', 'writeIpv6', 'writeUnixPath'] },
      { from: './constants.ts', names: ['AF', 'AF_NAME', 'PROTO', 'PROTO_NAME', 'V2_CMD'] },
      { from: './tlv-tree.ts', names: ['sizeOf', 'treeOf'] },
      { from: './tlv-tree.ts', names: ['Problem', 'Values'], typeOnly: true },
      { from: './tlv-table.ts', names: ['TLVS'] },
      { from: './v2-scan.ts', names: ['BLOCK_SIZE'] },
    ],
    statements: [
      fn(
        'headerProblems',
        ['header: Values'],
        'Problem[]',
        HEADER,
        'What stands in the way of sending a header whose fields are each well-formed.',
      ),
      fn(
        'codeOf',
        ['table: Readonly<Record<string, number>>', 'value: unknown'],
        'number | undefined',
        "return typeof value === 'string' ? table[value] : (value as number | null | undefined) ?? undefined;",
        'The number of a name, or the number itself.',
        false,
      ),
      fn(
        'familyOf',
        ['srcAddr: unknown', 'dstAddr: unknown'],
        'number',
        FAMILY_OF,
        'The family that addresses are of.',
        false,
      ),
      fn(
        'addressFault',
        ['family: number', 'text: unknown'],
        'string | undefined',
        `if (typeof text !== 'string') return ${'`an address, as the family is ${AF_NAME[family]}`'};\nswitch (family) {\n${spec.layouts.map((layout) => faultCase(layout)).join('\n')}\ndefault: return undefined;\n}`,
        'What an address of the family would be, where `text` is none.',
        false,
      ),
      `/** Families whose address block holds ports. */\nconst PORTS: readonly number[] = [${withPorts(spec)
        .map((family) => `AF.${family}`)
        .join(', ')}];`,
      `/** Transports that each family goes with in version 2. */\nconst TRANSPORTS: Readonly<Record<number, readonly number[]>> = { ${transports(spec)} };`,
      '/** Most octets behind the first sixteen. */\nconst MOST = 0xffff;',
      'const scratch = new Uint8Array(256);',
    ],
  };
}

const HEADER = `
  const problems: Problem[] = [];
  const refuse = (field: string, expected: string): unknown => problems.push({ path: [field], message: \`expected \${expected}\` });
  const { srcAddr, dstAddr } = header;
  const hasAddress = (srcAddr ?? dstAddr ?? undefined) !== undefined;
  const local = codeOf(V2_CMD, header['command']) === V2_CMD.LOCAL;
  const named = codeOf(AF, header['family']);
  if (local && named !== undefined && named !== AF.UNSPEC) refuse('family', 'none or UNSPEC, as the command is LOCAL');
  if (!local && named === undefined && !hasAddress) {
    refuse('srcAddr', 'an address; family UNSPEC or command LOCAL sends a header without one');
    return problems;
  }
  const family = local ? AF.UNSPEC : named ?? familyOf(srcAddr, dstAddr);
  const protocol = codeOf(PROTO, header['protocol']) ?? (family === AF.UNSPEC ? PROTO.UNSPEC : PROTO.STREAM);
  for (const field of ['srcAddr', 'dstAddr']) {
    const given = header[field] ?? undefined;
    if (family !== AF.UNSPEC) {
      const fault = addressFault(family, given);
      if (fault !== undefined) refuse(field, fault);
    } else if (given !== undefined) refuse(field, \`none, as the \${local ? 'command is LOCAL' : 'family is UNSPEC'}\`);
  }
  for (const field of ['srcPort', 'dstPort']) {
    const given = header[field] ?? undefined;
    if (PORTS.includes(family) && given === undefined) refuse(field, 'a whole number 0..65535');
    if (!PORTS.includes(family) && given !== undefined) refuse(field, \`none, as the \${local ? 'command is LOCAL' : \`family is \${AF_NAME[family]}\`}\`);
  }
  const tlvs = header['tlvs'] ?? [];
  const list = (Array.isArray(tlvs) ? tlvs : [tlvs]) as readonly Values[];
  if (header['version'] === 1) {
    if (local) refuse('command', 'PROXY, as version 1 has no other');
    if (list.length > 0) refuse('tlvs', 'none, as version 1 has no TLVs');
    if (header['checksum'] === true) refuse('checksum', 'false, as version 1 has no TLVs');
    return problems;
  }
  const transports = TRANSPORTS[family] ?? [];
  if (!transports.includes(protocol)) {
    const names = transports.map((transport) => PROTO_NAME[transport]).join(' or ');
    refuse('protocol', \`\${names}, as the \${local ? 'command is LOCAL' : \`family is \${AF_NAME[family]}\`}\`);
  }
  const once = new Set<string>();
  let size = BLOCK_SIZE[family] ?? 0;
  let checksum = header['checksum'] === true;
  list.forEach((values, i) => {
    for (const node of treeOf(values)) {
      const row = TLVS[node.row];
      if (row?.singleton === true && once.has(node.name)) {
        problems.push({ path: Array.isArray(tlvs) ? ['tlvs', i, node.asked[0]!] : ['tlvs', node.asked[0]!], message: \`expected one \${node.name}, found a second\` });
      }
      once.add(node.name);
      if (row?.role === 'checksum') checksum = false;
      size += sizeOf(node);
    }
  });
  const field = TLVS.find((row) => row.role === 'checksum' && row.parent < 0);
  if (checksum && field !== undefined) size += 3 + field.max;
  if (size > MOST) refuse('tlvs', \`at most \${MOST} octets of addresses and TLVs, found \${size}\`);
  return problems;`;

const FAMILY_OF = `
  const both = [srcAddr, dstAddr].filter((text): text is string => typeof text === 'string');
  if (both.some((text) => text.startsWith('/') || text.startsWith('\\0'))) return AF.UNIX;
  return both.some((text) => text.includes(':')) ? AF.INET6 : AF.INET;`;

/** What an address is called, and how it is spelled. */
const EXPECTED: Readonly<Record<string, readonly [name: string, spelling: string]>> = {
  ipv4: ['an IPv4 address', 'four decimal numbers 0..255 without leading zeros, dots between'],
  ipv6: [
    'an IPv6 address, or an IPv4 address to be sent mapped',
    'eight groups of one to four hex digits, at most one "::", a dotted quad only after ::ffff:',
  ],
  unixPath: [
    'a path',
    'at most SIZE octets without control characters; one that begins with NUL is abstract',
  ],
};

function faultCase(layout: Layout): string {
  const field = layout.fields[0]!;
  const { kind } = field.value;
  const size = addressOctets(field);
  const call = {
    ipv4: 'writeIpv4(text, scratch, 0)',
    ipv6: "(text.includes(':') ? writeIpv6 : writeIpv4)(text, scratch, 0)",
    unixPath: `writeUnixPath(text, scratch, 0, ${size})`,
  }[kind as 'ipv4' | 'ipv6' | 'unixPath'];
  const [name, spelling] = EXPECTED[kind]!;
  const expected = `${name}, as the family is ${layout.family}: ${spelling.replace('SIZE', `${size}`)}`;
  return `case AF.${key(layout.family)}: return ${call} ? undefined : '${expected}';`;
}

function withPorts(spec: Spec): string[] {
  return spec.layouts
    .filter((layout) => layout.fields.some((field) => field.value.kind === 'u16be'))
    .map((layout) => layout.family);
}

function transports(spec: Spec): string {
  return spec.families
    .map((family) => {
      const pairs = spec.pairs.filter((pair) => pair.family === family.name);
      return `[AF.${family.name}]: [${pairs.map((pair) => `PROTO.${pair.transport}`).join(', ')}]`;
    })
    .join(', ');
}
