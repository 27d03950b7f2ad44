import { type Limits, MOST, NEED, Scan, type Tables } from '../wire/index.ts';
import { type DataContext, ProxyData } from './data.ts';
import { makeEncode } from './encode/encode.ts';
import { faultOf, ProxyError } from './error.ts';
import type { Header, TlvsInput } from './encode/header.ts';
import { type DecodeOptions, resolveLimits } from './decode-options.ts';
import { HeaderReader, type ReaderContext } from './reader.ts';
import { makeTlvClass, type TlvClass } from './tlv-class.ts';

/** A result of decoding: a header, the number of octets that are needed, or why the octets are no header. */
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
  /** The class of its headers. */
  readonly ProxyData: ProxyDataClass<V>;
  /** The class of its TLVs. */
  readonly ProxyTLV: TlvClass<V>;
}

/** What the class of headers offers beside its instances, which come from `decode` and readers. */
interface ProxyDataClass<V> {
  readonly prototype: ProxyData<V>;
  /** An empty header, which is not valid: for tests, and for those who begin with one. */
  new (): ProxyData<V>;
  /** A header as if it had been read, of what `encode` takes. Throws what `encode` throws. */
  from(header: Header<TlvsInput<V>>): ProxyData<V>;
  [Symbol.hasInstance](value: unknown): boolean;
}

const NOTHING = new Scan();

/** Makes a codec from generated tables. */
export function createCodec<V>(tables: Tables<V>): Codec<V> {
  const ProxyTLV = makeTlvClass(tables);
  const encode = makeEncode(tables as Tables) as Codec<V>['encode'];
  const context = { tables, ProxyTLV, encode };
  const scan = new Scan();
  const Invalid = makeInvalid(context);
  const incompleteHeader = tables.errors.find((entry) => entry.code === 'incomplete-header')!;
  const incomplete = (bytes: Uint8Array): ProxyError => new ProxyError(incompleteHeader, bytes.length, '');

  function decode(bytes: Uint8Array, options?: DecodeOptions): DecodeResult<V> {
    const limits = options === undefined ? tables.limits : resolveLimits(options, tables.limits);
    const result = tables.scanHeader(bytes, limits, scan);
    if (result > 0)
      return { status: 'ok', data: new ProxyData(context, bytes, result, scan, null), length: result };
    if (result === NEED) return { status: 'incomplete', needed: scan.needed };
    return refused(bytes);
  }

  /** A function of its own: V8 would not optimise `decode` with this seldom used branch inside. */
  function refused(bytes: Uint8Array): InvalidResult<V> {
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('decode takes a Uint8Array');
    return new Invalid(bytes, faultOf(tables, bytes, scan));
  }

  return {
    tables,
    decode,
    decodeDatagram(bytes, options) {
      const result = decode(bytes, options);
      return result.status === 'incomplete' ? new Invalid(bytes, incomplete(bytes)) : result;
    },
    encode,
    ProxyReader: makeReader(context, scan, incomplete),
    ProxyData: makeDataClass(context, incomplete(new Uint8Array(0))),
    ProxyTLV,
  };
}

type InvalidResult<V> = Extract<DecodeResult<V>, { status: 'invalid' }>;

/** The class of invalid results. Their `data` is made when it is read, so that rejecting costs no more than accepting. */
function makeInvalid<V>(
  context: DataContext<V>,
): new (bytes: Uint8Array, error: ProxyError) => InvalidResult<V> {
  return class Invalid {
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
  };
}

/** The class of headers of a codec: its own instances are empty; those that were read are of the class below it. */
function makeDataClass<V>(context: DataContext<V>, error: ProxyError): ProxyDataClass<V> {
  const { limits, scanHeader } = context.tables;
  const any = { maxLength: MOST, maxTLVs: MOST, maxAuthority: MOST, maxUniqueId: MOST, mixedFamilies: true };
  const taken: Limits = { ...limits, ...any, repeats: true, lenient: true, versions: 3 };
  class EmptyData extends ProxyData<V> {
    constructor() {
      super(context, new Uint8Array(0), 0, NOTHING, error);
    }

    static from(header: Header<TlvsInput<V>>): ProxyData<V> {
      const bytes = context.encode(header);
      const scan = new Scan();
      const length = scanHeader(bytes, taken, scan);
      return new ProxyData(context, bytes, length, scan, null);
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof ProxyData;
    }
  }
  return EmptyData as unknown as ProxyDataClass<V>;
}

/** The class of readers of a codec. */
function makeReader<V>(
  context: DataContext<V>,
  scan: Scan,
  incomplete: (bytes: Uint8Array) => ProxyError,
): Codec<V>['ProxyReader'] {
  const { tables } = context;
  const readerContext: ReaderContext<V> = {
    tables,
    scan,
    finish: (b, result, seen) =>
      new ProxyData(context, b, b.length, scan, result > 0 ? null : faultOf(tables, b, scan, seen)),
    incomplete: (b) => new ProxyData(context, b, b.length, NOTHING, incomplete(b)),
  };
  return class ProxyReader extends HeaderReader<V> {
    constructor(options?: DecodeOptions) {
      super(readerContext, resolveLimits(options, tables.limits));
    }
  };
}
