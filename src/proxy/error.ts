import type { ProxyErrorCode } from '../../generated/errors.ts';
import type { ErrorEntry, Scan, Tables, TlvEntry } from '../wire/index.ts';
import { hintFor } from './hint.ts';

const NO_ROWS: readonly TlvEntry[] = [];

/**
 * What is wrong with a header: a code of the catalogue, the octet it is at, the section of the standard, and a
 * sentence that says what was expected and what was found.
 *
 * It is an `Error` to `instanceof` and to whoever throws it, but takes no stack trace when it is made: refusing a
 * header costs as little as accepting one.
 *
 * @example
 * import { decode } from 'truepeer/proxy';
 * const result = decode(Buffer.from('PROXY TCP4 256.0.0.1'));
 * if (result.status === 'invalid') console.log(result.error.code, result.error.offset); // v1-bad-ipv4 13
 */
export class ProxyError implements Error {
  declare readonly name: 'ProxyError';
  /** Octet of the header that the error is at, from 0; -1 where it is about no octet. */
  readonly offset: number;
  readonly #entry: ErrorEntry;
  readonly #found: string | number;
  readonly #due: number;
  readonly #octets: Uint8Array | undefined;
  readonly #tlvs: readonly TlvEntry[];
  declare readonly stack: string;
  declare toString: () => string;

  /**
   * @param found Words, or the number that the kind of error shows.
   * @param due The checksum that should have been found, where the error is about one.
   * @param octets What the hint is taken from, when it is asked for.
   * @param tlvs The rows that it may speak of.
   */
  constructor(
    entry: ErrorEntry,
    offset: number,
    found: string | number,
    due = 0,
    octets: Uint8Array | undefined = undefined,
    tlvs: readonly TlvEntry[] = NO_ROWS,
  ) {
    this.#entry = entry;
    this.offset = offset;
    this.#found = found;
    this.#due = due;
    this.#octets = octets;
    this.#tlvs = tlvs;
  }

  /** Code of the catalogue. */
  get code(): ProxyErrorCode {
    return this.#entry.code as ProxyErrorCode;
  }

  /** What was expected, as the end of a sentence. */
  get expected(): string {
    const { expected, found } = this.#entry;
    return found === 'checksum' ? `${expected}, ${describe(this.#entry, this.#due)}` : expected;
  }

  /** What was found, escaped; empty where nothing is to be shown. */
  get found(): string {
    return typeof this.#found === 'string' ? this.#found : describe(this.#entry, this.#found);
  }

  /** Section of the PROXY protocol; empty where the rule is ours. */
  get section(): string {
    return this.#entry.section;
  }

  /** What is often behind it, a guess from the octets: another protocol, another octet order, a sender known for it; or null. */
  get hint(): string | null {
    const { code, offset } = this;
    const [octets, found] = [this.#octets, this.#found];
    if (octets === undefined || typeof found === 'string') return null;
    return hintFor({ code, octets, offset, found, due: this.#due }, this.#tlvs) ?? null;
  }

  get message(): string {
    const where = this.offset < 0 ? '' : ` at octet ${this.offset}`;
    const found = this.found === '' ? '' : `, found ${this.found}`;
    const section = this.section === '' ? '' : ` (PROXY protocol, section ${this.section})`;
    const { hint } = this;
    return `${this.code}${where}: expected ${this.expected}${found}${section}${hint === null ? '' : `; ${hint}`}`;
  }

  toJSON(): Record<string, unknown> {
    const { code, offset, expected, found, section, hint } = this;
    return { code, offset, expected, found, section, ...(hint === null ? {} : { hint }) };
  }
}

Object.setPrototypeOf(ProxyError.prototype, Error.prototype);
Object.defineProperty(ProxyError.prototype, 'name', { value: 'ProxyError', configurable: true });

/**
 * The error that a scan of `b` ran into.
 *
 * @param octets What its hint is taken from: those of `b`, or more of them.
 */
export function faultOf(tables: FaultTables, b: Uint8Array, scan: Scan, octets: Uint8Array = b): ProxyError {
  const entry = tables.errors[scan.error]!;
  const found = entry.found === 'octet' ? (b[scan.offset] ?? -1) : scan.found;
  return new ProxyError(entry, scan.offset, found, scan.due, octets, tables.tlvs);
}

type FaultTables = Pick<Tables, 'errors' | 'tlvs'>;

/** A number that was found, as the error shows it: an octet, the head of a TLV, a checksum, or itself. */
function describe(entry: ErrorEntry, found: number): string {
  switch (entry.found) {
    case 'octet': {
      const octet = `0x${found.toString(16).padStart(2, '0')}`;
      return found > 0x20 && found < 0x7f ? `${octet} '${String.fromCharCode(found)}'` : octet;
    }
    case 'tlv':
      return `type 0x${(found >>> 16).toString(16).padStart(2, '0')} of length ${found & 0xffff}`;
    case 'checksum':
      return `${found} (0x${found.toString(16).padStart(8, '0')})`;
    case 'number':
      return String(found);
    default:
      return '';
  }
}
