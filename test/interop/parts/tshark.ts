import { pcapOf } from './pcap.ts';
import { run } from './program.ts';
import type { Stage } from './stage.ts';

/** What tshark says about a header, numbers as it prints them. */
export interface Reading {
  /** `1`, `2`, or null where tshark saw no PROXY header at all. */
  readonly version: number | null;
  readonly command: number | null;
  readonly family: number | null;
  readonly transport: number | null;
  readonly source: string | null;
  readonly destination: string | null;
  /** Type and octets of each TLV, those inside SSL after it as [type, octets, parent]. */
  readonly tlvs: readonly (readonly [type: number, hex: string, parent?: number])[];
  /** The complaint, when tshark takes the header for malformed. */
  readonly complaint: string | null;
}

/** Lets tshark dissect each payload as the first segment of a connection. */
export async function readWithTshark(stage: Stage, payloads: readonly Uint8Array[]): Promise<Reading[]> {
  const file = await stage.file('headers.pcap', pcapOf(payloads));
  const options = ['-o', 'tcp.try_heuristic_first:TRUE', '-T', 'json', '--no-duplicate-keys'];
  const { stdout, stderr } = await run('tshark', ['-n', '-r', file, ...options]);
  const packets = parse(stdout, stderr);
  if (packets.length !== payloads.length) throw new Error(`tshark saw ${packets.length} packets: ${stderr}`);
  return packets.map(({ _source }) => reading(_source.layers));
}

type Layer = { readonly [field: string]: string | Layer | readonly Layer[] };
interface Packet {
  readonly _source: { readonly layers: Layer };
}

function parse(stdout: string, stderr: string): Packet[] {
  try {
    return JSON.parse(stdout) as Packet[];
  } catch {
    throw new Error(`tshark printed no JSON: ${stderr}`);
  }
}

function reading(layers: Layer): Reading {
  const proxy = (layers['proxy'] ?? {}) as Layer;
  const version = 'proxy.v1.magic' in proxy ? 1 : number(proxy['proxy.version']);
  const pair = (proxy['proxy.v2.addr_family_protocol_tree'] ?? {}) as Layer;
  const unix = 'proxy.v2.src.unix' in proxy;
  return {
    version,
    command: number(proxy['proxy.v2.cmd']),
    family: number(pair['proxy.v2.addr_family']),
    transport: number(pair['proxy.v2.protocol']),
    source: unix ? hex(proxy['proxy.v2.src.unix']) : end(proxy, 'src'),
    destination: unix ? hex(proxy['proxy.v2.dst.unix']) : end(proxy, 'dst'),
    tlvs: tlvs(proxy),
    complaint: complaint(layers),
  };
}

function end(proxy: Layer, side: 'src' | 'dst'): string | null {
  const address = proxy[`proxy.${side}.ipv4`] ?? proxy[`proxy.${side}.ipv6`];
  return address === undefined ? null : `${address} ${proxy[`proxy.${side}port`]}`;
}

function tlvs(layer: Layer, parent?: number): Reading['tlvs'] {
  return list(layer['proxy.v2.tlv']).flatMap((tlv) => {
    const type = number(tlv['proxy.v2.tlv.type']) ?? -1;
    const octets = hex(tlv['proxy.v2.tlv.value']) ?? '';
    return [parent === undefined ? [type, octets] : [type, octets, parent], ...tlvs(tlv, type)];
  });
}

function list(value: Layer[string] | undefined): readonly Layer[] {
  if (value === undefined || typeof value === 'string') return [];
  return Array.isArray(value) ? (value as readonly Layer[]) : [value as Layer];
}

/** tshark hangs its complaints anywhere in the tree. */
function complaint(layer: Layer): string | null {
  for (const [name, value] of Object.entries(layer)) {
    if (name === '_ws.expert.message') return String(value);
    if (name === '_ws.malformed' && typeof value === 'string') return value;
    for (const inner of list(value)) {
      const found = complaint(inner);
      if (found !== null) return found;
    }
    if (name === '_ws.malformed') return 'Malformed Packet';
  }
  return null;
}

function number(value: Layer[string] | undefined): number | null {
  return typeof value === 'string' ? Number(value) : null;
}

function hex(value: Layer[string] | undefined): string | null {
  return typeof value === 'string' ? value.replaceAll(':', '') : null;
}
