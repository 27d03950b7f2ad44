import { NEED, Scan, type Tables } from '../wire/index.ts';
import { ProxyData } from './data.ts';
import { makeEncode } from './encode/encode.ts';
import { faultOf, ProxyError } from './error.ts';
import type { Header, TlvsInput } from './encode/header.ts';
import { type DecodeOptions, resolveLimits } from './decode-options.ts';
import { HeaderReader } from './reader.ts';
import { makeTlvClass, type TlvClass } from './tlv-class.ts';

/** What became of octets: a header, the wish for more, or the reason why they are none. */
export type DecodeResult<V> =
  | { readonly status: 'ok'; readonly data: ProxyData<V>; readonly length: number }
  /** `needed` octets are needed in all, at least. */
  | { readonly status: 'incomplete'; readonly needed: number }
  | { readonly status: 'invalid'; readonly error: ProxyError; readonly data: ProxyData<V> };

/** A codec of its own tables; `V` maps the names of its TLVs to their values. */
export interface Codec<V> {
  /** The tables it is made from. */
  readonly tables: Tables<V>;
  /** Reads the header at the start of `bytes`; what follows it is not looked at. */
  decode(bytes: Uint8Array, options?: DecodeOptions): DecodeResult<V>;
  /** Reads the header of one datagram: an incomplete one is invalid, as no more will come. */
  decodeDatagram(
    bytes: Uint8Array,
    options?: DecodeOptions,
  ): Exclude<DecodeResult<V>, { status: 'incomplete' }>;
  /** Writes a header. Throws a `ProxyError` for what the standard forbids to send. */
  encode(header: Header<TlvsInput<V>>): Uint8Array;
  /** A reader of chunks. */
  readonly ProxyReader: new (options?: DecodeOptions) => HeaderReader<V>;
  /** The class of its TLVs. */
  readonly ProxyTLV: TlvClass<V>;
}

const NOTHING = new Scan();

/** Makes a codec from generated tables. */
export function createCodec<V>(tables: Tables<V>): Codec<V> {
  const ProxyTLV = makeTlvClass(tables);
  const context = { tables, ProxyTLV };
  const scan = new Scan();
  const incompleteHeader = tables.errors.find((entry) => entry.code === 'incomplete-header')!;

  /** A refusal; the `ProxyData` of it is made when asked for, so that refusing costs no more than accepting. */
  class Invalid {
    readonly status = 'invalid';
    readonly error: ProxyError;
    readonly #bytes: Uint8Array;
    #data: ProxyData<V> | undefined = undefined;

    constructor(bytes: Uint8Array, error: ProxyError) {
      this.error = error;
      this.#bytes = bytes;
    }

    get data(): ProxyData<V> {
      const length = Math.min(this.error.offset + 1, this.#bytes.length);
      this.#data ??= new ProxyData(context, this.#bytes, length, NOTHING, this.error);
      return this.#data;
    }
  }

  function decode(bytes: Uint8Array, options?: DecodeOptions): DecodeResult<V> {
    const limits = options === undefined ? tables.limits : resolveLimits(options, tables.limits);
    const result = tables.scanHeader(bytes, limits, scan);
    if (result > 0)
      return { status: 'ok', data: new ProxyData(context, bytes, result, scan, null), length: result };
    if (result === NEED) return { status: 'incomplete', needed: scan.needed };
    return refused(bytes);
  }

  /** Apart, because V8 does not compile into `decode` what happens there seldom, nor then as one. */
  function refused(bytes: Uint8Array): Invalid {
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('decode takes a Uint8Array');
    return new Invalid(bytes, faultOf(tables.errors, bytes, scan));
  }

  function decodeDatagram(
    bytes: Uint8Array,
    options?: DecodeOptions,
  ): Exclude<DecodeResult<V>, { status: 'incomplete' }> {
    const result = decode(bytes, options);
    if (result.status !== 'incomplete') return result;
    return new Invalid(bytes, new ProxyError(incompleteHeader, bytes.length, ''));
  }

  function incomplete(bytes: Uint8Array): ProxyData<V> {
    const error = new ProxyError(incompleteHeader, bytes.length, '');
    return new ProxyData(context, bytes, bytes.length, NOTHING, error);
  }

  const reading = {
    tables,
    scan,
    finish: (b: Uint8Array, result: number): ProxyData<V> =>
      new ProxyData(context, b, b.length, scan, result > 0 ? null : faultOf(tables.errors, b, scan)),
    incomplete,
  };

  class ProxyReader extends HeaderReader<V> {
    constructor(options?: DecodeOptions) {
      super(reading, resolveLimits(options, tables.limits));
    }
  }

  return {
    tables,
    decode,
    decodeDatagram,
    encode: makeEncode(tables as Tables) as Codec<V>['encode'],
    ProxyReader,
    ProxyTLV,
  };
}
