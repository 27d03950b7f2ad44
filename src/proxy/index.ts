/** `truepeer/proxy`: the codec. No dependency, no Node API. */
import { tables } from '../../generated/tables.ts';
import type { TlvValues } from '../../generated/tlv-table.ts';
import { type Codec, createCodec, type DecodeResult as DecodeResultOf } from './codec.ts';
import type { ProxyData as ProxyDataOf } from './data.ts';
import type { Header, TlvsInput } from './encode/header.ts';
import type { HeaderReader } from './reader.ts';
import type { ProxyTLVOf } from './tlv.ts';

/** The codec of the standard and the vendors, as the tables in `spec/` say. */
export const codec: Codec<TlvValues> = createCodec(tables);

/**
 * Reads the header at the start of `bytes`; what follows it is not looked at. Never throws on what a peer sent.
 *
 * @param bytes Octets from the very start of the connection, at least one. They are kept, not copied.
 * @param options How strict to read. A bad one is a `TypeError` or `RangeError`.
 * @returns `ok` with the header and its length in octets; `incomplete` with the octets needed in all, at least; or
 *   `invalid` with the reason, as soon as no further octets can make it valid.
 * @see The PROXY protocol, section 2
 *
 * @example
 * import { decode } from 'truepeer/proxy';
 * const result = decode(Buffer.from('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\nEHLO client\r\n'));
 * if (result.status === 'ok') console.log(result.data.srcAddr, result.length); // 203.0.113.7 46
 */
export const decode: Codec<TlvValues>['decode'] = codec.decode;

/**
 * Reads the header of one UDP datagram; the payload begins at `length`. An incomplete header is invalid.
 *
 * @see The PROXY protocol, section 2
 *
 * @example
 * import { decodeDatagram, encode } from 'truepeer/proxy';
 * const header = encode({ protocol: 'DGRAM', srcAddr: '203.0.113.7', srcPort: 5000, dstAddr: '198.51.100.53', dstPort: 53 });
 * console.log(decodeDatagram(header.subarray(0, 20)).status); // invalid
 */
export const decodeDatagram: Codec<TlvValues>['decodeDatagram'] = codec.decodeDatagram;

/**
 * Writes a header as one buffer, to be sent in one write before anything else. The family follows from the addresses;
 * command PROXY and transport STREAM unless said otherwise. Send it once, and never on a connection that carries
 * requests of several clients: all of them would seem to come from the first.
 *
 * @throws ProxyError with a code `encode-...` for a field that is missing or wrong, and for what the standard forbids to send.
 * @see The PROXY protocol, sections 2.1 and 2.2
 *
 * @example
 * import { decode, encode } from 'truepeer/proxy';
 * const header = encode({
 *   srcAddr: '2001:db8::7', srcPort: 4321, dstAddr: '2001:db8::25', dstPort: 25,
 *   tlvs: { AUTHORITY: 'mx.example', SSL_CLIENT: 1, SSL_VERSION: 'TLSv1.3' },
 *   checksum: true,
 * });
 * const result = decode(header);
 * if (result.status === 'ok') console.log(result.data.tlv?.AUTHORITY, result.data.tlv?.SSL_VERSION); // mx.example TLSv1.3
 */
export const encode: Codec<TlvValues>['encode'] = codec.encode;

/** Reads a header from a stream of chunks: see `HeaderReader`. */
export const ProxyReader: Codec<TlvValues>['ProxyReader'] = codec.ProxyReader;
export type ProxyReader = HeaderReader<TlvValues>;

/** The TLVs of a header: a `Map` from name to value, with a property for each name in the tables. */
export const ProxyTLV: Codec<TlvValues>['ProxyTLV'] = codec.ProxyTLV;
export type ProxyTLV = ProxyTLVOf<TlvValues>;

/**
 * A header, read. `decode` and readers make them; `new ProxyData()` is an empty one that is not valid, and
 * `ProxyData.from(header)` one as if it had been read, for tests.
 *
 * @example
 * import { ProxyData } from 'truepeer/proxy';
 * console.log(new ProxyData().valid); // false
 * const data = ProxyData.from({ srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 });
 * console.log(data.valid, data.srcAddr); // true 203.0.113.7
 */
export const ProxyData: Codec<TlvValues>['ProxyData'] = codec.ProxyData;
export type ProxyData<V = TlvValues> = ProxyDataOf<V>;
export type DecodeResult<V = TlvValues> = DecodeResultOf<V>;
export type HeaderInput<V = TlvValues> = Header<TlvsInput<V>>;

export * from '../../generated/constants.ts';
export type { DecodeErrorCode, EncodeErrorCode, ProxyErrorCode } from '../../generated/errors.ts';
export { DEFAULT_LIMITS } from '../../generated/limits.ts';
export type { TlvValues } from '../../generated/tlv-table.ts';
export { type Codec, createCodec } from './codec.ts';
export { ProxyError } from './error.ts';
export { KeyError, ValueError } from './same-attribs.ts';
export type { DecodeOptions } from './decode-options.ts';
export type { TlvVector } from './tlv.ts';
