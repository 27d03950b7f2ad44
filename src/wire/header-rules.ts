import { writeIpv4 } from './address/ipv4.ts';
import { writeIpv6 } from './address/ipv6.ts';
import type { Report, Values } from './problem.ts';
import type { AddressBlock, Tables } from './tables.ts';
import { writeUnixPath } from './address/unix-path.ts';

/** What a single field of a header takes, absence aside. */
export interface FieldRule {
  fits(value: unknown): boolean;
  /** Completes "expected ...". */
  readonly expected: string;
}

/** Numbers by name: what a field takes that holds one of them. */
class CodeRule implements FieldRule {
  readonly expected: string;
  readonly #codes: ReadonlyMap<unknown, number>;

  constructor(codes: Readonly<Record<string, number>>) {
    const entries = Object.entries(codes);
    this.expected = entries.map(([name, code]) => `${name} (${code})`).join(', ');
    this.#codes = new Map<unknown, number>([...entries, ...entries.map(([, code]) => [code, code] as const)]);
  }

  fits(value: unknown): boolean {
    return this.#codes.has(value);
  }

  /** The number of a name, the number itself, or undefined. */
  codeOf(value: unknown): number | undefined {
    return value === undefined || value === null ? undefined : this.#codes.get(value);
  }
}

const version: FieldRule = { fits: (value) => value === 1 || value === 2, expected: '1 or 2' };
const port: FieldRule = { fits: isPort, expected: 'a whole number 0..65535' };
const checksum: FieldRule = { fits: (value) => typeof value === 'boolean', expected: 'true or false' };

function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

function checkField(field: string, value: unknown, rule: FieldRule, report: Report): void {
  if (value !== undefined && value !== null && !rule.fits(value))
    report('encode-bad-field', field, value, rule.expected);
}

/**
 * The rules about a header to send that are not about TLVs. `check` tells a `Report` what is wrong, and leaves behind
 * what the header says, its defaults filled in.
 */
export class HeaderRules {
  readonly fields: Readonly<Record<string, FieldRule>>;
  version = 2;
  command = 0;
  family = 0;
  protocol = 0;
  /** The address block of the family, where it has one. */
  block: AddressBlock | undefined = undefined;
  readonly #tables: Tables;
  readonly #commands: CodeRule;
  readonly #families: CodeRule;
  readonly #transports: CodeRule;
  /** Families by what their addresses are. */
  readonly #familyOf: Readonly<Record<AddressBlock['address'], number>>;
  readonly #pairs = new Uint8Array(256);
  readonly #local: number;
  readonly #proxy: number;
  readonly #unspec: number;
  /** Transports where none is named: of a family with addresses, and of none. */
  readonly #stream: number;
  readonly #unknown: number;
  readonly #scratch: Uint8Array;

  constructor(tables: Tables) {
    const { codes, blocks, pairs } = tables;
    const family = (address: AddressBlock['address']): number =>
      Number(Object.keys(blocks).find((code) => blocks[Number(code)]!.address === address) ?? -1);
    this.#tables = tables;
    this.#commands = new CodeRule(codes.command);
    this.#families = new CodeRule(codes.family);
    this.#transports = new CodeRule(codes.transport);
    this.#familyOf = { ipv4: family('ipv4'), ipv6: family('ipv6'), unixPath: family('unixPath') };
    for (const pair of pairs) this.#pairs[pair] = 1;
    this.#local = codes.command['LOCAL']!;
    this.#proxy = codes.command['PROXY']!;
    this.#unspec = codes.family['UNSPEC']!;
    this.#stream = codes.transport['STREAM'] ?? -1;
    this.#unknown = codes.transport['UNSPEC']!;
    this.#scratch = new Uint8Array(Math.max(16, ...Object.values(blocks).map((block) => block.addressSize)));
    this.fields = {
      version,
      command: this.#commands,
      family: this.#families,
      protocol: this.#transports,
      srcPort: port,
      dstPort: port,
      checksum,
    };
  }

  /**
   * Checks fields alone and together; whether an address is well-formed only where `spelling` is asked for.
   *
   * @returns whether it is known what the header is about; if not, `family` and `protocol` are of an earlier one.
   */
  check(header: Values, spelling: boolean, report: Report): boolean {
    const { version: stated, command, family: named, protocol } = header;
    checkField('version', stated, version, report);
    checkField('checksum', header['checksum'], checksum, report);
    checkField('command', command, this.#commands, report);
    checkField('family', named, this.#families, report);
    checkField('protocol', protocol, this.#transports, report);
    this.version = stated === 1 ? 1 : 2;
    this.command = this.#commands.codeOf(command) ?? this.#proxy;
    const family = this.#checkFamily(header, report);
    if (family < 0) return false;
    this.family = family;
    this.block = this.#tables.blocks[family];
    this.protocol =
      this.#transports.codeOf(protocol) ?? (family === this.#unspec ? this.#unknown : this.#stream);
    this.#checkAddress('srcAddr', header['srcAddr'], spelling, report);
    this.#checkAddress('dstAddr', header['dstAddr'], spelling, report);
    this.#checkPort('srcPort', header['srcPort'], report);
    this.#checkPort('dstPort', header['dstPort'], report);
    if (this.version === 1) this.#checkVersion1(header, report);
    else if (this.#pairs[(family << 4) | this.protocol] !== 1)
      report('encode-unsupported', 'protocol', protocol, this.#transportsOf(family));
    return true;
  }

  /** What an address of the family is, where the text is none; else undefined. */
  addressFault(family: number, text: unknown): string | undefined {
    const block = this.#tables.blocks[family]!;
    const name = this.#tables.names.family[family];
    if (typeof text !== 'string') return `an address, as the family is ${name}`;
    switch (block.address) {
      case 'ipv4':
        return writeIpv4(text, this.#scratch, 0)
          ? undefined
          : `an IPv4 address, as the family is ${name}: four decimal numbers 0..255 without leading zeros, dots between`;
      case 'ipv6':
        return (text.includes(':') ? writeIpv6 : writeIpv4)(text, this.#scratch, 0)
          ? undefined
          : `an IPv6 address, or an IPv4 address to be sent mapped, as the family is ${name}: eight groups of one to four hex digits, at most one "::", a dotted quad only after ::ffff:`;
      case 'unixPath':
        return writeUnixPath(text, this.#scratch, 0, block.addressSize)
          ? undefined
          : `a path, as the family is ${name}: at most ${block.addressSize} octets without control characters; one that begins with NUL is abstract`;
    }
  }

  /** The family that is named, or that of the addresses; -1 where there is neither. */
  #checkFamily(header: Values, report: Report): number {
    const named = this.#families.codeOf(header['family']);
    if (this.command === this.#local) {
      if (named !== undefined && named !== this.#unspec)
        report('encode-unsupported', 'family', header['family'], 'none or UNSPEC, as the command is LOCAL');
      return this.#unspec;
    }
    if (named !== undefined) return named;
    const src = this.#familyOfText(header['srcAddr']);
    const dst = this.#familyOfText(header['dstAddr']);
    if (src < 0 && dst < 0) {
      const expected = 'an address; family UNSPEC or command LOCAL sends a header without one';
      report('encode-bad-address', 'srcAddr', header['srcAddr'], expected);
      return -1;
    }
    if (src === dst || dst < 0) return src;
    if (src < 0) return dst;
    const { unixPath, ipv6 } = this.#familyOf;
    return src === unixPath || dst === unixPath ? unixPath : ipv6;
  }

  /** The family that an address is meant to be of, -1 for none; whether it is well-formed is for its writer to say. */
  #familyOfText(text: unknown): number {
    if (text === undefined || text === null) return -1;
    const { ipv4, ipv6, unixPath } = this.#familyOf;
    if (typeof text !== 'string') return ipv4;
    const first = text.charCodeAt(0);
    if (first === SLASH || first === 0) return unixPath;
    const dotted = text.charCodeAt(1) === DOT || text.charCodeAt(2) === DOT || text.charCodeAt(3) === DOT;
    return dotted || text.indexOf(':') < 0 ? ipv4 : ipv6;
  }

  #checkAddress(field: string, value: unknown, spelling: boolean, report: Report): void {
    const text = value ?? undefined;
    if (this.family === this.#unspec) {
      if (text !== undefined) report('encode-unsupported', field, text, `none, ${this.#because()}`);
    } else if (spelling || typeof text !== 'string') {
      const expected = this.addressFault(this.family, text);
      if (expected !== undefined) report('encode-bad-address', field, text, expected);
    }
  }

  #checkPort(field: string, value: unknown, report: Report): void {
    const taken = this.block !== undefined && this.block.ports;
    if (taken ? isPort(value) : (value ?? undefined) === undefined) return;
    const code = this.family === this.#unspec ? 'encode-unsupported' : 'encode-bad-field';
    report(code, field, value, taken ? port.expected : `none, ${this.#because()}`);
  }

  #checkVersion1(header: Values, report: Report): void {
    const { command, tlvs } = header;
    if (this.command === this.#local)
      report('encode-unsupported', 'command', command, 'PROXY, as version 1 has no other');
    if (Array.isArray(tlvs) ? tlvs.length > 0 : (tlvs ?? undefined) !== undefined)
      report('encode-unsupported', 'tlvs', tlvs, 'none, as version 1 has no TLVs');
    if (header['checksum'] === true)
      report('encode-unsupported', 'checksum', true, 'false, as version 1 has no TLVs');
  }

  #transportsOf(family: number): string {
    const { pairs, names } = this.#tables;
    const possible = pairs.filter((pair) => pair >> 4 === family).map((pair) => names.transport[pair & 0x0f]);
    return `${possible.join(' or ')}, ${this.#because()}`;
  }

  #because(): string {
    if (this.command === this.#local) return 'as the command is LOCAL';
    return `as the family is ${this.#tables.names.family[this.family]}`;
  }
}

const DOT = 0x2e;
const SLASH = 0x2f;
