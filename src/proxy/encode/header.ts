import type { AS_READ, OctetsRead } from './as-read.ts';
import type { AF, PROTO, V2_CMD } from '../../../generated/constants.ts';

/** What `encode` takes. Null counts as absent. */
export interface Header<T> {
  /** Default 2. */
  version?: 1 | 2 | null;
  /** Default PROXY. LOCAL speaks of the proxy itself and takes no addresses and no ports. Version 1 has no commands. */
  command?: V2_CMD | keyof typeof V2_CMD | null;
  /** Default: that of the addresses; UNSPEC for LOCAL. */
  family?: AF | keyof typeof AF | null;
  /** Transport. Default STREAM, and UNSPEC where the family is. */
  protocol?: PROTO | keyof typeof PROTO | null;
  /** Address of the client: IPv4, IPv6, or a UNIX path of at most 108 octets. */
  srcAddr?: string | null;
  /** Address the client connected to. When one address is IPv6 and the other IPv4, the latter is sent mapped. */
  dstAddr?: string | null;
  /** 0..65535. */
  srcPort?: number | null;
  /** 0..65535. */
  dstPort?: number | null;
  /** TLVs by name; a list of such objects keeps an order, and may repeat what may repeat. Version 2 only. */
  tlvs?: T | readonly T[] | null;
  /** Add a CRC32C over the whole header. Version 2 only. A CRC32C among the TLVs says where; its value is computed. */
  checksum?: boolean | null;
  /** Left there by `toHeader`. */
  [AS_READ]?: OctetsRead;
}

/** TLVs to send, by name: the value of the row, or its octets. A number without a row is written `xNN`, inside another `PARENT_xNN`. */
export type TlvsInput<V> = { readonly [K in keyof V]?: V[K] | Uint8Array | null } & {
  readonly [unregistered: `${string}x${string}`]: Uint8Array | null | undefined;
};
