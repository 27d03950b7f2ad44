import { AF, PROTO, V2_CMD } from '../../../generated/constants.ts';
import {
  type Endpoints,
  FAULT,
  ipv6Text,
  Scan,
  type Tables,
  writeIpv4,
  writeIpv6,
  writeU32be,
} from '../../wire/index.ts';
import { show } from '../../wire/escape.ts';
import { refuse } from './encode-error.ts';
import { encodeTlvs } from './encode-tlvs.ts';
import type { Header } from './header.ts';

type Values = Readonly<Record<string, unknown>>;

const NO_ENDPOINTS: Endpoints = { srcAddr: '', dstAddr: '', srcPort: 0, dstPort: 0 };
const MOST = 0xffff;

/** Makes `encode` for a set of tables. */
export function makeEncode(tables: Tables): (header: Header<Values>) => Uint8Array {
  const sendable = { ...tables.limits, maxTLVs: MOST };
  const scan = new Scan();
  const block = new Uint8Array(tables.preambleSize + tables.blockSize(AF.UNIX));
  const pairs = new Uint8Array(256);
  for (const pair of tables.pairs) pairs[pair] = 1;

  /** Everything in a header, resolved and checked, but the TLVs. */
  function encode(header: Header<Values>): Uint8Array {
    if (typeof header !== 'object' || header === null) throw bad('header', header, 'an object');
    const version = header.version ?? 2;
    if (version !== 1 && version !== 2) throw bad('version', version, '1 or 2');
    const checksum = header.checksum ?? false;
    if (typeof checksum !== 'boolean') throw bad('checksum', checksum, 'true or false');
    const command = pick('command', header.command, V2_CMD) ?? V2_CMD.PROXY;
    const hasAddress = (header.srcAddr ?? header.dstAddr ?? undefined) !== undefined;
    const family = familyOf(header, command, hasAddress);
    const unspec = family === AF.UNSPEC;
    const protocol = pick('protocol', header.protocol, PROTO) ?? (unspec ? PROTO.UNSPEC : PROTO.STREAM);
    if (unspec && (hasAddress || hasPort(header))) {
      throw refuse(
        tables,
        'encode-unsupported',
        'addresses or ports in a header whose command or family has none',
      );
    }
    const endpoints = unspec ? NO_ENDPOINTS : endpointsOf(header, family);
    if (version === 1) return encodeLine(header, command, family, protocol, endpoints);
    if (pairs[(family << 4) | protocol] !== 1) throw badPair(family, protocol);
    if ((header.tlvs ?? undefined) !== undefined || checksum)
      return encodeLong(header, command, family, protocol, endpoints);
    const out = new Uint8Array(tables.preambleSize + tables.blockSize(family));
    return encodeHead(out, command, family, protocol, endpoints);
  }

  function encodeLine(
    header: Header<Values>,
    command: number,
    family: number,
    protocol: number,
    e: Endpoints,
  ): Uint8Array {
    if (command !== V2_CMD.PROXY)
      throw refuse(tables, 'encode-unsupported', 'command LOCAL in version 1, which has no commands');
    const list = tlvList(header);
    if (list.length > 0 || header.checksum === true)
      throw refuse(tables, 'encode-unsupported', 'TLVs in version 1, which has none');
    const wrong = tables.writeBlock(block, family, e);
    if (wrong !== undefined) throw badAddress(wrong, e[wrong], family);
    const canonical = { ...e, srcAddr: spell(e.srcAddr, family), dstAddr: spell(e.dstAddr, family) };
    const line =
      tables.writeLine(family, protocol, canonical) ?? tables.writeLine(AF.UNSPEC, PROTO.UNSPEC, undefined)!;
    return asciiLine(line);
  }

  /** A header with TLVs. */
  function encodeLong(
    header: Header<Values>,
    command: number,
    family: number,
    protocol: number,
    e: Endpoints,
  ): Uint8Array {
    const start = tables.preambleSize + tables.blockSize(family);
    const tlvs = encodeTlvs(tables, tlvList(header), header.checksum === true, tables.limits);
    const length = start + tlvs.octets.length;
    if (length - tables.preambleSize > MOST)
      throw refuse(tables, 'encode-too-long', `${length - tables.preambleSize} octets`);
    const out = encodeHead(new Uint8Array(length), command, family, protocol, e);
    out.set(tlvs.octets, start);
    scan.count = 0;
    if (tables.scanTlvs(out, start, length, length, sendable, scan) === FAULT) {
      throw refuse(tables, 'encode-bad-tlv', `octets that read as ${tables.errors[scan.error]!.code}`);
    }
    if (tlvs.checksum >= 0)
      writeU32be(out, start + tlvs.checksum, tables.crc(out, length, start + tlvs.checksum));
    return out;
  }

  function encodeHead(
    out: Uint8Array,
    command: number,
    family: number,
    protocol: number,
    e: Endpoints,
  ): Uint8Array {
    tables.writePreamble(out, command, family, protocol, out.length - tables.preambleSize);
    const wrong = tables.writeBlock(out, family, e);
    if (wrong !== undefined) throw badAddress(wrong, e[wrong], family);
    return out;
  }

  function familyOf(header: Header<Values>, command: number, hasAddress: boolean): number {
    const given = pick('family', header.family, AF);
    if (command === V2_CMD.LOCAL) {
      if (given !== undefined && given !== AF.UNSPEC)
        throw refuse(tables, 'encode-unsupported', 'command LOCAL with a family; it has UNSPEC');
      return AF.UNSPEC;
    }
    if (given !== undefined) return given;
    if (!hasAddress) {
      throw refuse(
        tables,
        'encode-bad-address',
        'no addresses; say family UNSPEC, or command LOCAL, to send a header without them',
      );
    }
    const src = familyOfText(header.srcAddr);
    const dst = familyOfText(header.dstAddr);
    if (src === dst) return src;
    return src === AF.UNIX || dst === AF.UNIX ? AF.UNIX : AF.INET6;
  }

  /** Checks what an address block is made of. A header that needs no change is one itself. */
  function endpointsOf(header: Header<Values>, family: number): Endpoints {
    const { srcAddr, dstAddr, srcPort, dstPort } = header;
    if (typeof srcAddr !== 'string') throw badAddress('srcAddr', srcAddr, family);
    if (typeof dstAddr !== 'string') throw badAddress('dstAddr', dstAddr, family);
    if (family === AF.UNIX) {
      if (hasPort(header)) throw bad('srcPort', srcPort ?? dstPort, 'nothing, as UNIX sockets have no ports');
      return { srcAddr, dstAddr, srcPort: 0, dstPort: 0 };
    }
    const src = family === AF.INET6 ? mapped('srcAddr', srcAddr) : srcAddr;
    const dst = family === AF.INET6 ? mapped('dstAddr', dstAddr) : dstAddr;
    if (!isPort(srcPort)) throw bad('srcPort', srcPort, 'a whole number 0..65535');
    if (!isPort(dstPort)) throw bad('dstPort', dstPort, 'a whole number 0..65535');
    return family === AF.INET ? (header as Endpoints) : { srcAddr: src, dstAddr: dst, srcPort, dstPort };
  }

  /** An address for a block that holds IPv6. */
  function mapped(field: string, text: string): string {
    if (text.indexOf(':') >= 0) return text;
    if (!writeIpv4(text, scratch, 0)) throw badAddress(field, text, AF.INET6);
    return `::ffff:${text}`;
  }

  /** A number, or its name. */
  function pick(field: string, value: unknown, table: Readonly<Record<string, number>>): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && Object.hasOwn(table, value)) return table[value];
    if (typeof value === 'number' && Object.values(table).includes(value)) return value;
    throw bad(field, value, Object.keys(table).join(', '));
  }

  function tlvList(header: Header<Values>): readonly Values[] {
    const { tlvs } = header;
    const list =
      tlvs === undefined || tlvs === null
        ? []
        : Array.isArray(tlvs)
          ? (tlvs as readonly Values[])
          : [tlvs as Values];
    for (const values of list)
      if (!isNamed(values)) throw bad('tlvs', values, 'TLVs by name, or a list of them');
    return list.map((values) => (values instanceof Map ? (Object.fromEntries(values) as Values) : values));
  }

  function bad(field: string, value: unknown, expected: string): Error {
    return refuse(tables, 'encode-bad-field', `${field}: ${show(value)}, where it takes ${expected}`);
  }

  function badPair(family: number, protocol: number): Error {
    const { names } = tables;
    const found = `family ${names.family[family]} over transport ${names.transport[protocol]}`;
    return refuse(tables, 'encode-unsupported', found);
  }

  function badAddress(field: string, value: unknown, family: number): Error {
    return refuse(
      tables,
      'encode-bad-address',
      `${field}: ${show(value)}, where family is ${tables.names.family[family]}`,
    );
  }

  return encode;
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST;
}

/** The family that a text is meant to be of; whether it is well-formed is for its writer to say. */
function familyOfText(text: unknown): number {
  if (typeof text !== 'string') return AF.INET;
  const first = text.charCodeAt(0);
  if (first === SLASH || first === 0) return AF.UNIX;
  const dotted = text.charCodeAt(1) === DOT || text.charCodeAt(2) === DOT || text.charCodeAt(3) === DOT;
  return dotted || text.indexOf(':') < 0 ? AF.INET : AF.INET6;
}

const DOT = 0x2e;
const SLASH = 0x2f;

function hasPort({ srcPort, dstPort }: Header<Values>): boolean {
  return (srcPort ?? dstPort ?? undefined) !== undefined;
}

/** Whether a value holds others by name: an object of no special kind, or a map. */
function isNamed(value: unknown): boolean {
  return ['[object Object]', '[object Map]'].includes(Object.prototype.toString.call(value));
}

const scratch = new Uint8Array(16);

/** A valid address as the RFCs spell it. */
function spell(text: string, family: number): string {
  if (family !== AF.INET6) return text;
  writeIpv6(text, scratch, 0);
  return ipv6Text(scratch, 0);
}

function asciiLine(line: string): Uint8Array {
  const out = new Uint8Array(line.length);
  for (let i = 0; i < line.length; i++) out[i] = line.charCodeAt(i);
  return out;
}
