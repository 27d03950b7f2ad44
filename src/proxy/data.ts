import { type AF, PP2_CLIENT, type PROTO, type V2_CMD } from '../../generated/constants.ts';
import type { TlvValues } from '../../generated/tlv-table.ts';
import { bytes, isMappedText, type Scan, type Scanned, type Tables } from '../wire/index.ts';
import { ProxyError } from './error.ts';
import type { Header, TlvsInput } from './encode/header.ts';
import { headerOf } from './encode/header-of.ts';
import { AS_READ, OctetsRead, sameValue } from './encode/as-read.ts';
import { sameAttribs } from './same-attribs.ts';
import type { ProxyTLVOf } from './tlv.ts';
import type { TlvClass } from './tlv-class.ts';

/** What a `ProxyData` needs to know of the codec that made it. */
export interface DataContext<V> {
  readonly tables: Tables<V>;
  readonly ProxyTLV: TlvClass<V>;
  encode(header: Header<TlvsInput<V>>): Uint8Array;
}

/**
 * A header, read. It keeps the octets it was read from, and makes addresses and TLVs of them when asked for; absent
 * values are null. The attributes are those of aiosmtpd's `ProxyData`, in camelCase.
 *
 * @example
 * import { AF, decode } from 'truepeer/proxy';
 * const result = decode(Buffer.from('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n'));
 * if (result.status === 'ok') {
 *   const { srcAddr, srcPort, family } = result.data;
 *   console.log(srcAddr, srcPort, family === AF.INET); // 203.0.113.7 4321 true
 * }
 */
export class ProxyData<V> implements Scanned {
  /** The octets that begin with the header. They are not copied: leave them as they are. */
  readonly bytes: Uint8Array;
  /** Octets of the header; of a malformed one, up to the octet that makes it invalid. */
  readonly length: number;
  /** 1 or 2; null when the header is malformed. */
  readonly version: 1 | 2 | null;
  readonly rule: number;
  readonly marks: number;
  /** Whether the header names a client: command PROXY, family and transport known. */
  readonly proxied: boolean;
  readonly #tlvStart: number;
  readonly #context: DataContext<V>;
  #error: ProxyError | string | null;
  #srcAddr: string | null | undefined = undefined;
  #dstAddr: string | null | undefined = undefined;
  #tlv: ProxyTLVOf<V> | null | undefined = undefined;
  #whole: Uint8Array | undefined = undefined;

  constructor(context: DataContext<V>, b: Uint8Array, length: number, scan: Scan, error: ProxyError | null) {
    this.#context = context;
    this.bytes = b;
    this.length = length;
    this.version = error === null ? (scan.version as 1 | 2) : null;
    this.rule = scan.rule;
    this.marks = scan.marks;
    this.proxied = error === null && scan.proxied;
    this.#tlvStart = error === null && scan.version === 2 ? scan.tlvStart : 0;
    this.#error = error;
  }

  /** Command of version 2; null for version 1. */
  get command(): V2_CMD | null {
    return this.version === null ? null : (this.#context.tables.command(this) as V2_CMD | null);
  }

  /** Address family; UNSPEC for LOCAL and for version 1 UNKNOWN, whatever else the header holds. */
  get family(): AF | null {
    return this.version === null ? null : (this.#context.tables.family(this) as AF);
  }

  /** Transport; UNSPEC for LOCAL and for version 1 UNKNOWN, whatever else the header holds. */
  get protocol(): PROTO | null {
    return this.version === null ? null : (this.#context.tables.transport(this) as PROTO);
  }

  /**
   * Address of the client: IPv4 as a dotted quad, IPv6 as RFC 5952 spells it, or a UNIX path up to its first NUL (an
   * abstract name keeps its leading NUL). A path may hold any octet: escape it before you print it.
   */
  get srcAddr(): string | null {
    if (this.#srcAddr === undefined) this.#srcAddr = this.proxied ? this.#context.tables.srcAddr(this) : null;
    return this.#srcAddr;
  }

  /** Address the client connected to, spelled like `srcAddr`. */
  get dstAddr(): string | null {
    if (this.#dstAddr === undefined) this.#dstAddr = this.proxied ? this.#context.tables.dstAddr(this) : null;
    return this.#dstAddr;
  }

  /** Port of the client, 0..65535. */
  get srcPort(): number | null {
    return this.proxied ? this.#context.tables.srcPort(this) : null;
  }

  /** Port the client connected to, 0..65535. */
  get dstPort(): number | null {
    return this.proxied ? this.#context.tables.dstPort(this) : null;
  }

  /** The IPv4 address inside an IPv4-mapped `srcAddr`, or null. */
  get srcAddrMapped(): string | null {
    return mappedIn(this.srcAddr);
  }

  /** The IPv4 address inside an IPv4-mapped `dstAddr`, or null. */
  get dstAddrMapped(): string | null {
    return mappedIn(this.dstAddr);
  }

  /**
   * What follows the addresses: of version 1 the octets behind UNKNOWN, of version 2 those behind the address block,
   * which are the octets of `tlv` where there is one. Of a header that names no client, and in which no TLVs are found,
   * all octets behind the first sixteen.
   */
  get rest(): Uint8Array {
    if (this.version === null) return this.bytes.subarray(0, 0);
    const { tables } = this.#context;
    return bytes(this.bytes, this.#tlvStart || tables.restStart(this), tables.restEnd(this));
  }

  /** The TLVs, or null when there are none, or none that can be read. */
  get tlv(): ProxyTLVOf<V> | null {
    if (this.#tlv === undefined) {
      this.#tlv =
        this.#tlvStart === 0 ? null : this.#context.ProxyTLV.of(this.bytes, this.#tlvStart, this.length);
    }
    return this.#tlv;
  }

  /**
   * Whether the proxy vouches for a certificate of the client: one was given, over the connection or its TLS session,
   * and SSL_VERIFY is 0. The latter alone proves nothing, as HAProxy sends it without any certificate, too.
   *
   * @see The PROXY protocol, section 2.2.6
   */
  get clientVerified(): boolean {
    if (!this.proxied) return false;
    const { SSL_CLIENT, SSL_VERIFY } = (this.tlv ?? {}) as Partial<TlvValues>;
    const given = ((SSL_CLIENT ?? 0) & (PP2_CLIENT.CERT_CONN | PP2_CLIENT.CERT_SESS)) !== 0;
    return given && SSL_VERIFY === 0;
  }

  /** Octets from the start of the header to the first TLV, or null. */
  get tlvStart(): number | null {
    return this.#tlvStart === 0 ? null : this.#tlvStart;
  }

  /** The whole header as it came, in a copy that is yours to change: nothing else here is read from it. */
  get wholeRaw(): Uint8Array {
    this.#whole ??= bytes(this.bytes, 0, this.length).slice();
    return this.#whole;
  }

  /** Whether the header is well-formed and nobody called `withError`. */
  get valid(): boolean {
    return this.#error === null;
  }

  /** Why it is not valid, as a sentence; or null. */
  get error(): string | null {
    return this.#error instanceof ProxyError ? this.#error.message : this.#error;
  }

  /** Code of the catalogue, or null: when it is valid, or `withError` gave the reason. */
  get errorCode(): ProxyError['code'] | null {
    return this.#error instanceof ProxyError ? this.#error.code : null;
  }

  /** Marks the header as not valid, for a reason of yours, and returns it. */
  withError(message: string): this {
    this.#error = message;
    return this;
  }

  /**
   * Whether each attribute has the expected value; octets are compared one by one, also with text. With `raises` a
   * `ValueError` says which differs, and a `KeyError` which does not exist.
   */
  sameAttribs(expected: Readonly<Record<string, unknown>>, options: { raises?: boolean } = {}): boolean {
    return sameAttribs(expected, options.raises ?? false, (name) =>
      name in this ? { value: (this as Record<string, unknown>)[name] } : undefined,
    );
  }

  /**
   * What `encode` takes to write this header again. Where fields cannot say all of it - a pair that the standard does not
   * name, a reserved type, a path that is no text, ignored octets - its octets go along, and are written as long as no
   * field is changed.
   */
  toHeader(): Header<TlvsInput<V>> {
    const header = headerOf(this, this.#context.tables as Tables) as Header<TlvsInput<V>>;
    if (this.version === null) return header;
    const octets = bytes(this.bytes, 0, this.length);
    if (this.#isWrittenFrom(header, octets)) return header;
    return { ...header, [AS_READ]: new OctetsRead(header, octets.slice()) };
  }

  #isWrittenFrom(header: Header<TlvsInput<V>>, octets: Uint8Array): boolean {
    try {
      return sameValue(this.#context.encode(header), octets);
    } catch {
      return false;
    }
  }

  /** The header as JSON can hold it: names for numbers, octets in hex. */
  toJSON(): Record<string, unknown> {
    const { version, srcAddr, srcPort, dstAddr, dstPort, tlv, valid, error, errorCode } = this;
    const { names } = this.#context.tables;
    return {
      version,
      command: this.command === null ? null : names.command[this.command],
      family: this.family === null ? null : names.family[this.family],
      protocol: this.protocol === null ? null : names.transport[this.protocol],
      srcAddr,
      srcPort,
      dstAddr,
      dstPort,
      tlv: tlv?.toJSON() ?? null,
      valid,
      ...(valid ? {} : { error, errorCode }),
    };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): Record<string, unknown> {
    return { ...this.toJSON(), tlv: this.tlv };
  }
}

function mappedIn(address: string | null): string | null {
  return address !== null && isMappedText(address) ? address.slice(address.lastIndexOf(':') + 1) : null;
}
