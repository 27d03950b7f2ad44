import { decode, encode } from '../../../src/proxy/index.ts';
import type { HeaderInput } from '../../../src/proxy/index.ts';

/** A decoded header as plain data: what a test compares whole. */
export interface Header {
  readonly version: number | null;
  readonly command: number | null;
  readonly family: number | null;
  readonly protocol: number | null;
  readonly source: string;
  readonly destination: string;
  /** TLVs in wire order, nested ones as `SSL/SSL_CN`. */
  readonly tlvs: readonly (readonly [name: string, value: unknown])[];
}

/** Decodes octets that must be one whole valid header and nothing else; throws the decoder's error otherwise. */
export function headerIn(octets: Uint8Array): Header {
  const result = decode(octets);
  if (result.status === 'invalid') throw result.error;
  if (result.status === 'incomplete') throw new Error(`incomplete, ${result.needed} octets needed`);
  if (result.length !== octets.length)
    throw new Error(`${result.length} of ${octets.length} octets consumed`);
  const { version, command, family, protocol, srcAddr, srcPort, dstAddr, dstPort, tlv } = result.data;
  return {
    version,
    command,
    family,
    protocol,
    source: place(srcAddr, srcPort),
    destination: place(dstAddr, dstPort),
    tlvs: (tlv?.vectors ?? []).map(({ name, parent, value }) => [
      parent === null ? name : `${parent}/${name}`,
      name === 'SSL' ? { client: tlv?.SSL_CLIENT, verify: tlv?.SSL_VERIFY } : plain(value),
    ]),
  };
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

/** Encodes again what octets of version 2 mean, in their order; senders that do nothing odd are reproduced exactly. */
export function encodedAgain(octets: Uint8Array): Buffer {
  const result = decode(octets);
  if (result.status !== 'ok') throw new Error(result.status);
  const { version, command, family, protocol, srcAddr, srcPort, dstAddr, dstPort, tlv } = result.data;
  const tlvs: Record<string, Uint8Array | number | null>[] = [];
  for (const vector of tlv?.vectors ?? []) {
    if (vector.parent !== null) Object.assign(tlvs.at(-1)!, { [vector.name]: vector.octets });
    else if (vector.name !== 'SSL') tlvs.push({ [vector.name]: vector.octets });
    else tlvs.push({ SSL_CLIENT: tlv?.SSL_CLIENT ?? null, SSL_VERIFY: tlv?.SSL_VERIFY ?? null });
  }
  const ends = { srcAddr, srcPort, dstAddr, dstPort };
  return Buffer.from(encode({ version, command, family, protocol, ...ends, tlvs } as HeaderInput));
}

/** An address and port as one text, `none` where there is no address. */
export function place(address: string | null | undefined, port?: number | null): string {
  if (address === null || address === undefined) return 'none';
  return port === null || port === undefined ? address : `${address} ${port}`;
}
