import {
  type Endpoints,
  FAULT,
  HeaderRules,
  ipv6Text,
  isNamed,
  type Limits,
  MOST,
  type NamedTlvs,
  namedTlvs,
  type Report,
  Scan,
  type Tables,
  type Values,
  writeIpv4,
  writeIpv6,
  writeU32be,
} from '../../wire/index.ts';
import { AS_READ } from './as-read.ts';
import { refusal } from './encode-error.ts';
import { TlvEncoder } from './encode-tlvs.ts';
import type { Header } from './header.ts';

type Input = Header<Values>;

const NO_ENDPOINTS: Endpoints = { srcAddr: '', dstAddr: '', srcPort: 0, dstPort: 0 };

/** Makes `encode` for a set of tables. */
export function makeEncode(tables: Tables): (header: Input) => Uint8Array {
  const encoder = new Encoder(tables);
  return (header) => header?.[AS_READ]?.octetsFor(header) ?? encoder.encode(header);
}

/** Writes headers; the rules say which, and their first complaint is thrown. */
class Encoder {
  readonly #tables: Tables;
  readonly #rules: HeaderRules;
  readonly #tlvs: TlvEncoder;
  readonly #report: Report;
  readonly #scan = new Scan();
  /** The limits of a receiver, but for the number of TLVs. */
  readonly #sendable: Limits;
  /** Where the addresses of a version 1 line are tried out. */
  readonly #block: Uint8Array;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#sendable = { ...tables.limits, maxTLVs: MOST };
    this.#rules = new HeaderRules(tables);
    this.#report = (code, field, value, expected) => {
      throw refusal(tables, code, field, value, expected);
    };
    this.#tlvs = new TlvEncoder(tables, tables.limits, this.#report);
    const largest = Math.max(0, ...Object.values(tables.blocks).map(({ size }) => size));
    this.#block = new Uint8Array(tables.preambleSize + largest);
  }

  encode(header: Input): Uint8Array {
    const rules = this.#rules;
    if (typeof header !== 'object' || header === null)
      this.#report('encode-bad-field', 'header', header, 'an object');
    rules.check(header as unknown as Values, false, this.#report);
    const endpoints = this.#endpointsOf(header);
    if (rules.version === 1) return this.#line(header, endpoints);
    if ((header.tlvs ?? undefined) !== undefined || header.checksum === true)
      return this.#withTlvs(header, endpoints);
    return this.#head(new Uint8Array(this.#tlvStart()), header, endpoints);
  }

  /** Octets before the TLVs. */
  #tlvStart(): number {
    return this.#tables.preambleSize + (this.#rules.block?.size ?? 0);
  }

  /** What an address block is made of. A header that needs no change is one itself. */
  #endpointsOf(header: Input): Endpoints {
    const { block } = this.#rules;
    if (block === undefined) return NO_ENDPOINTS;
    const { srcAddr, dstAddr, srcPort, dstPort } = header as unknown as Endpoints;
    if (!block.ports) return { srcAddr, dstAddr, srcPort: 0, dstPort: 0 };
    if (block.address !== 'ipv6') return header as unknown as Endpoints;
    return {
      srcAddr: this.#mapped('srcAddr', srcAddr),
      dstAddr: this.#mapped('dstAddr', dstAddr),
      srcPort,
      dstPort,
    };
  }

  /** An address for a block that holds IPv6. */
  #mapped(field: string, text: string): string {
    if (text.indexOf(':') >= 0) return text;
    if (!writeIpv4(text, scratch, 0)) this.#badAddress(field, text);
    return `::ffff:${text}`;
  }

  #line(header: Input, e: Endpoints): Uint8Array {
    const { writeBlock, writeLine, codes } = this.#tables;
    const { family, protocol, block } = this.#rules;
    const wrong = writeBlock(this.#block, family, e);
    if (wrong !== undefined) this.#badAddress(wrong, header[wrong]);
    return (
      writeLine(family, protocol, block?.address === 'ipv6' ? spelt(e) : e) ??
      writeLine(codes.family['UNSPEC']!, codes.transport['UNSPEC']!, NO_ENDPOINTS)!
    );
  }

  /** A header with TLVs. */
  #withTlvs(header: Input, e: Endpoints): Uint8Array {
    const tables = this.#tables;
    const scan = this.#scan;
    const start = this.#tlvStart();
    const tlvs = this.#tlvs.encode(this.#tlvList(header), header.checksum === true);
    const length = start + tlvs.octets.length;
    const behind = length - tables.preambleSize;
    if (behind > MOST)
      this.#report('encode-too-long', 'length', behind, `at most ${MOST} octets of addresses and TLVs`);
    const out = this.#head(new Uint8Array(length), header, e);
    out.set(tlvs.octets, start);
    scan.count = 0;
    if (tables.scanTlvs(out, start, length, length, this.#sendable, scan) === FAULT)
      this.#report('encode-bad-tlv', 'tlvs', tables.errors[scan.error]!.code, 'well-formed octets');
    if (tlvs.checksum >= 0)
      writeU32be(out, start + tlvs.checksum, tables.crc(out, length, start + tlvs.checksum));
    return out;
  }

  #head(out: Uint8Array, header: Input, e: Endpoints): Uint8Array {
    const { command, family, protocol } = this.#rules;
    this.#tables.writePreamble(out, command, family, protocol, out.length - this.#tables.preambleSize);
    const wrong = this.#tables.writeBlock(out, family, e);
    if (wrong !== undefined) this.#badAddress(wrong, header[wrong]);
    return out;
  }

  #tlvList({ tlvs }: Input): readonly NamedTlvs[] {
    const list: readonly unknown[] =
      tlvs === undefined || tlvs === null ? [] : Array.isArray(tlvs) ? tlvs : [tlvs];
    return list.map((values) => {
      if (!isNamed(values))
        this.#report('encode-bad-field', 'tlvs', values, 'TLVs by name, or a list of them');
      return namedTlvs(values as Values);
    });
  }

  #badAddress(field: string, value: unknown): void {
    const { family } = this.#rules;
    this.#report('encode-bad-address', field, value, this.#rules.addressFault(family, value)!);
  }
}

/** Valid IPv6 addresses as the RFCs spell them. */
function spelt({ srcAddr, dstAddr, srcPort, dstPort }: Endpoints): Endpoints {
  return { srcAddr: spell(srcAddr), dstAddr: spell(dstAddr), srcPort, dstPort };
}

function spell(text: string): string {
  writeIpv6(text, scratch, 0);
  return ipv6Text(scratch, 0);
}

const scratch = new Uint8Array(16);
