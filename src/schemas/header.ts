import { z } from 'zod';
import {
  HeaderRules,
  MOST,
  namedTlvs,
  type Tables,
  type TlvNode,
  TlvRules,
  type Values,
} from '../wire/index.ts';
import { listOrOne, type TlvsFormOf, type TlvsJsonOf } from './tlvs.ts';

/** Const objects of the numbers that a header holds. */
export interface HeaderCodes {
  readonly command: Readonly<Record<string, number>>;
  readonly family: Readonly<Record<string, number>>;
  readonly transport: Readonly<Record<string, number>>;
}

/** A number of a const object, or its name. */
type CodeOf<T> = (keyof T & string) | T[keyof T];

/** A header as `encode` takes it. */
export interface HeaderFormOf<V, C extends HeaderCodes> {
  version?: 1 | 2;
  command?: CodeOf<C['command']>;
  family?: CodeOf<C['family']>;
  protocol?: CodeOf<C['transport']>;
  srcAddr?: string;
  dstAddr?: string;
  srcPort?: number;
  dstPort?: number;
  tlvs?: TlvsFormOf<V> | TlvsFormOf<V>[];
  checksum?: boolean;
}

type Path = (string | number)[];

/** The schema of a header to send; gives what `encode` takes. */
export function headerSchemaOf<V, C extends HeaderCodes>(
  tables: Tables<V>,
  tlvsSchema: z.ZodType<TlvsFormOf<V>, TlvsJsonOf<V>>,
) {
  const rules = new HeaderRules(tables);
  const field = <T>(name: string): z.ZodOptional<z.ZodNullable<z.ZodCustom<T>>> => {
    const rule = rules.fields[name]!;
    return z.custom<T>((value) => rule.fits(value), { error: `expected ${rule.expected}` }).nullish();
  };
  const address = z.string({ error: 'expected an address in a string' }).nullish();
  return z
    .strictObject({
      /** Version of the header. Default 2. */
      version: field<1 | 2>('version'),
      /** Default PROXY. */
      command: field<CodeOf<C['command']>>('command'),
      /** Default: that of the addresses. */
      family: field<CodeOf<C['family']>>('family'),
      /** Transport. Default STREAM, and UNSPEC where the family is. */
      protocol: field<CodeOf<C['transport']>>('protocol'),
      /** Address of the client. */
      srcAddr: address,
      /** Address the client connected to. */
      dstAddr: address,
      /** Port of the client. */
      srcPort: field<number>('srcPort'),
      /** Port the client connected to. */
      dstPort: field<number>('dstPort'),
      /** TLVs by name, or a list of such objects. */
      tlvs: listOrOne(tlvsSchema).nullish(),
      /** Add a checksum over the whole header. */
      checksum: field<boolean>('checksum'),
    })
    .transform((given, ctx): HeaderFormOf<V, C> => {
      const refuse = (path: Path, expected: string): void =>
        ctx.addIssue({ code: 'custom', path, message: `expected ${expected}`, input: given });
      checkHeader(tables, rules, given as Values, refuse);
      const there = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
      return Object.fromEntries(there) as HeaderFormOf<V, C>;
    });
}

/** What fields, each well-formed, must agree about. */
function checkHeader(
  tables: Tables,
  rules: HeaderRules,
  header: Values,
  refuse: (path: Path, expected: string) => void,
): void {
  const resolved = rules.check(header, true, (_, field, _value, expected) => refuse([field], expected));
  if (!resolved || rules.version === 1) return;
  const tlvRules = new TlvRules(tables);
  const tlvs = header['tlvs'] ?? [];
  const list = (Array.isArray(tlvs) ? tlvs : [tlvs]) as readonly Values[];
  const trees = list.map((values) => tlvRules.treeOf(namedTlvs(values), () => {}));
  const nodes = trees.flat();
  const pathOf = (node: TlvNode): Path => {
    const at = trees.findIndex((tree) => tree.includes(node));
    return Array.isArray(tlvs) ? ['tlvs', at, node.asked[0]!] : ['tlvs', node.asked[0]!];
  };
  tlvRules.checkOnce(nodes, (node, expected) => refuse(pathOf(node), expected));
  const checksum = tables.tlvs.findIndex((row) => row.role === 'checksum' && row.parent < 0);
  const added =
    header['checksum'] === true && checksum >= 0 && !nodes.some((node) => node.row === checksum)
      ? tables.tlvHeadSize + tables.tlvs[checksum]!.max
      : 0;
  const block = tables.blocks[rules.family]?.size ?? 0;
  const size = nodes.reduce((sum, node) => sum + tlvRules.sizeOf(node), block + added);
  if (size > MOST) refuse(['tlvs'], `at most ${MOST} octets of addresses and TLVs, found ${size}`);
}
