import { spec as standard } from '../../spec/index.ts';
import type { Layout, Spec } from '../../spec/types.ts';
import { interpretLine, shortestLine } from './interpreter/line.ts';
import { headsOf, isTlvs, listTlvs, TlvChecker } from './interpreter/tlvs.ts';
import { Fault, Need, type Reading } from './interpreter/verdict.ts';
import { spelled } from './interpreter/words.ts';
import { type Header, hexOf, type Outcome } from './outcome.ts';

/**
 * Reads a header by walking the tables, as slowly and as plainly as can be. It shares nothing with the generator, with
 * what that wrote, or with the codec: it is their oracle.
 *
 * A fault is at the first octet of the field that no continuation can mend, and shows as soon as that field is whole; a
 * field is an octet of the signature or of a line, an octet of the preamble, its length, the head of a TLV, a checksum.
 */
export function interpret(
  octets: Uint8Array,
  options: Partial<Reading> = {},
  spec: Spec = standard,
): Outcome {
  const limits = Object.fromEntries(spec.limits.map((limit) => [limit.name, limit.default]));
  const defaults = { duplicates: 'reject', mixedFamilies: false, tlv: 'strict', versions: [1, 2] };
  const reading = { ...limits, ...defaults, ...options } as Reading;
  try {
    return { status: 'ok', ...read(spec, octets, reading) };
  } catch (verdict) {
    if (verdict instanceof Need) return { status: 'incomplete', needed: verdict.needed };
    if (verdict instanceof Fault) return { status: 'invalid', code: verdict.code, offset: verdict.offset };
    throw verdict;
  }
}

function read(spec: Spec, octets: Uint8Array, reading: Reading): Header & { length: number } {
  const signature = Buffer.from(spec.preamble.signature.replaceAll(' ', ''), 'hex');
  if (octets.length === 0) throw new Need(Math.min(shortestLine(spec), spec.preamble.size));
  const version = octets[0] === signature[0] ? 2 : octets[0] === 'PROXY'.charCodeAt(0) ? 1 : undefined;
  if (version === undefined) throw new Fault(spec, 'BAD_SIGNATURE', 0);
  if (!reading.versions.includes(version)) throw new Fault(spec, 'VERSION_NOT_ACCEPTED', 0);
  return version === 1
    ? interpretLine(spec, octets, reading)
    : new BinaryReader(spec, octets, reading).read(signature);
}

class BinaryReader {
  readonly #spec: Spec;
  readonly #octets: Uint8Array;
  readonly #reading: Reading;

  constructor(spec: Spec, octets: Uint8Array, reading: Reading) {
    this.#spec = spec;
    this.#octets = octets;
    this.#reading = reading;
  }

  read(signature: Uint8Array): Header & { length: number } {
    const { preamble, commands, families, transports, layouts } = this.#spec;
    signature.forEach((octet, at) => {
      if (this.#octet(at) !== octet) throw this.#fault('BAD_SIGNATURE', at);
    });
    const first = this.#octet(preamble.versionCommand);
    if (first >> 4 !== preamble.version) throw this.#fault('V2_BAD_VERSION', preamble.versionCommand);
    const command = commands.find((row) => row.code === (first & 15));
    if (command === undefined) throw this.#fault('V2_BAD_COMMAND', preamble.versionCommand);
    const second = this.#octet(preamble.familyTransport);
    const family = families.find((row) => row.code === second >> 4);
    const transport = transports.find((row) => row.code === (second & 15));
    const local = command.name === 'LOCAL';
    if (!local && family === undefined) throw this.#fault('V2_BAD_FAMILY', preamble.familyTransport);
    if (!local && transport === undefined) throw this.#fault('V2_BAD_TRANSPORT', preamble.familyTransport);
    const length = this.#octet(preamble.length) * 256 + this.#octet(preamble.length + 1);
    if (length > this.#reading.maxLength) throw this.#fault('V2_TOO_LONG', preamble.length);

    const named = family !== undefined && family.name !== 'UNSPEC';
    const layout = named ? layouts.find((each) => each.family === family.name)! : undefined;
    const proxied = !local && layout !== undefined && transport!.name !== 'UNSPEC';
    if (proxied && length < layout.size) throw this.#fault('V2_ADDRESS_TOO_SHORT', preamble.length);
    const end = preamble.size + length;
    const block = preamble.size + (layout?.size ?? 0);
    if (!proxied && this.#octets.length < end) throw new Need(end);
    const tlvStart = proxied ? block : this.#opaqueStart([preamble.size, block], end);
    const readable = this.#checkRest(tlvStart, end, !proxied);
    const shown = local
      ? { family: 'UNSPEC', protocol: 'UNSPEC' }
      : { family: family!.name, protocol: transport!.name };
    const found = readable && tlvStart < end ? listTlvs(this.#spec, this.#octets, tlvStart, end) : undefined;
    return {
      length: end,
      version: 2,
      command: command.name,
      ...shown,
      ...(proxied ? this.#addresses(layout) : { srcAddr: null, srcPort: null, dstAddr: null, dstPort: null }),
      rest: hexOf(this.#octets.subarray(proxied || found !== undefined ? tlvStart : preamble.size, end)),
      tlvStart: found === undefined ? null : tlvStart,
      tlvs: found?.tlvs ?? null,
      values: found?.values ?? null,
    };
  }

  /**
   * The first of the places from which the octets are TLVs up to the end, none of type 0; one with a checksum that is
   * right before all others.
   */
  #opaqueStart(places: readonly number[], end: number): number {
    const type = this.#spec.tlvs.find((row) => row.role === 'checksum')?.code;
    const possible = places.filter((start) => isTlvs(this.#octets.subarray(0, end), start));
    const proven = possible.find((start) => {
      const at = headsOf(this.#octets.subarray(0, end), start).find(
        ([offset, length]) => this.#octets[offset] === type && length === 4,
      )?.[0];
      return at !== undefined && this.#isChecksum(at + 3, end);
    });
    return proven ?? possible[0] ?? end;
  }

  /** Checks what follows the addresses; says whether TLVs can be read. Nothing but a checksum spoils an opaque block. */
  #checkRest(start: number, end: number, opaque: boolean): boolean {
    const checker = new TlvChecker(this.#spec, this.#octets, this.#reading, end);
    let readable = true;
    try {
      if (start < end) checker.check(start, end);
    } catch (verdict) {
      const tolerant = opaque || this.#reading.tlv === 'lenient';
      if (!(verdict instanceof Fault) || !tolerant || this.#isOfChecksum(verdict)) throw verdict;
      readable = false;
    }
    if (this.#octets.length < end) throw new Need(end);
    if (checker.checksum !== undefined) this.#verify(checker.checksum, end);
    return readable;
  }

  #isOfChecksum({ code, offset }: Fault): boolean {
    const row = this.#spec.tlvs.find((each) => each.role === 'checksum');
    return (code === 'tlv-bad-length' || code === 'tlv-duplicate') && this.#octets[offset] === row?.code;
  }

  #verify(at: number, end: number): void {
    if (!this.#isChecksum(at, end)) throw this.#fault('BAD_CHECKSUM', at);
  }

  #isChecksum(at: number, end: number): boolean {
    const zeroed = Uint8Array.from(this.#octets.subarray(0, end)).fill(0, at, at + 4);
    const stated = Number.parseInt(hexOf(this.#octets.slice(at, at + 4)), 16);
    return crc(this.#spec.checksum.polynomial, zeroed) === stated;
  }

  #addresses(layout: Layout): Pick<Header, 'srcAddr' | 'srcPort' | 'dstAddr' | 'dstPort'> {
    const parts: Record<string, string | number> = {};
    let at = this.#spec.preamble.size;
    for (const { name, value } of layout.fields) {
      const size = { ipv4: 4, ipv6: 16, unixPath: 108, u16be: 2 }[value.kind as 'ipv4'];
      const octets = this.#octets.subarray(at, at + size);
      const words = Array.from({ length: size / 2 }, (_, i) => octets[2 * i]! * 256 + octets[2 * i + 1]!);
      if (value.kind === 'ipv4') parts[name] = octets.join('.');
      else if (value.kind === 'ipv6') parts[name] = spelled(words);
      else if (value.kind === 'unixPath') parts[name] = path(octets);
      else parts[name] = words[0]!;
      at += size;
    }
    const { srcAddr, srcPort = null, dstAddr, dstPort = null } = parts;
    return { srcAddr, srcPort, dstAddr, dstPort } as Pick<
      Header,
      'srcAddr' | 'srcPort' | 'dstAddr' | 'dstPort'
    >;
  }

  #octet(at: number): number {
    if (at >= this.#octets.length) throw new Need(this.#spec.preamble.size);
    return this.#octets[at]!;
  }

  #fault(name: string, offset: number): Fault {
    return new Fault(this.#spec, name, offset);
  }
}

/** A path ends at its first NUL; an abstract name has one in front. */
function path(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  const [whole] = /^\0?[^\0]+/.exec(text) ?? [''];
  return Buffer.from(whole, 'latin1').toString('utf8');
}

/** Bit by bit, most significant bit first, on octets turned round. */
export function crc(polynomial: number, octets: Uint8Array): number {
  let register = 0xffffffff;
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (register >>> 31) ^ ((octet >> bit) & 1);
      register = (register << 1) ^ (carry ? polynomial : 0);
    }
  }
  const bits = (~register >>> 0).toString(2).padStart(32, '0');
  return Number.parseInt([...bits].toReversed().join(''), 2);
}
