import { fileURLToPath } from 'node:url';
import { spec } from '../../../spec/index.ts';
import type { Spec } from '../../../spec/types.ts';
import { captureOf, type Segment } from './pcap.ts';
import { run } from './program.ts';
import type { Stage } from './stage.ts';

/** The post-dissector in this repository. */
const SCRIPT = fileURLToPath(new URL('../../../generated/truepeer.lua', import.meta.url));

/** What a packet shows, by field without its prefix `truepeer.`; several values with bars between. */
export type Shown = Record<string, string>;

const HEADER_FIELDS = [
  'version line command family transport length opaque error src_port dst_port',
  'src_addr.ipv4 dst_addr.ipv4 src_addr.ipv6 dst_addr.ipv6 src_addr.unixpath dst_addr.unixpath',
  'tlv.type tlv.unregistered tlv.misfit checksum.status checksum.computed part segment reassembled_in message',
].flatMap((line) => line.split(' '));

function fieldsOf({ tlvs }: Spec): string[] {
  const names = tlvs.flatMap(({ name, value }) => {
    if (value.kind !== 'struct') return [name];
    const bits = value.fields.flatMap((field) =>
      field.value.kind === 'flags' ? field.value.bits.map((bit) => `${field.name}.${bit.name}`) : [],
    );
    return [name, ...value.fields.map((field) => field.name), ...bits];
  });
  return [...HEADER_FIELDS, ...names.map((name) => `tlv.${name.toLowerCase()}`)];
}

export interface DissectOptions {
  readonly script?: string;
  readonly tables?: Spec;
  /** Options of tshark before the form of its output. */
  readonly options?: readonly string[];
}

/** Lets tshark load a script and dissect these segments; what each packet shows, in order. */
export async function dissect(
  stage: Stage,
  segments: readonly Segment[],
  { script = SCRIPT, tables = spec, options = [] }: DissectOptions = {},
): Promise<Shown[]> {
  const fields = fieldsOf(tables);
  const file = await stage.file('headers.pcap', captureOf(segments));
  const columns = fields.flatMap((field) => [
    '-e',
    field === 'message' ? '_ws.expert.message' : `truepeer.${field}`,
  ]);
  const form = ['-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=|', ...columns];
  // A home of its own, so that nobody's personal plugins and preferences are in it.
  const { stdout, stderr } = await run(
    'tshark',
    ['-n', '-X', `lua_script:${script}`, '-r', file, ...options, ...form],
    { env: { HOME: stage.dir, XDG_CONFIG_HOME: stage.dir } },
  );
  const lines = stdout.split('\n').slice(0, -1);
  if (lines.length !== segments.length || /lua/i.test(stderr))
    throw new Error(`tshark saw ${lines.length} packets: ${stderr}`);
  return lines.map((line) =>
    Object.fromEntries(
      line
        .split('\t')
        .map((value, i): [string, string] => [fields[i]!, value])
        // tshark calls text of no octets missing, and shows nothing for octets of length 0.
        .filter(([, value]) => value !== '' && value !== '<MISSING>'),
    ),
  );
}

/** Each payload as the first segment of a connection of its own. */
export function alone(payloads: readonly Uint8Array[]): Segment[] {
  return payloads.map((payload, client) => ({ payload, client }));
}

export const octets = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** A LOCAL header around TLVs: it has no addresses. */
export function local(tlvs: Uint8Array): Buffer {
  const head = octets(`${spec.preamble.signature} 20 00 0000`);
  head.writeUInt16BE(tlvs.length, spec.preamble.length);
  return Buffer.concat([head, tlvs]);
}
