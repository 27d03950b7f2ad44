import { decode } from '../../../src/proxy/index.ts';

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
      value,
    ]),
  };
}

/** An address and port as one text, `none` where there is no address. */
export function place(address: string | null | undefined, port?: number | null): string {
  if (address === null || address === undefined) return 'none';
  return port === null || port === undefined ? address : `${address} ${port}`;
}
