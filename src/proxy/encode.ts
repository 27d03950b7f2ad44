import { AF, PROTO, V2_CMD } from '../../generated/constants.ts';
import {
  type Endpoints,
  FAULT,
  ipv6Text,
  Scan,
  type Tables,
  writeIpv4,
  writeIpv6,
  writeU32be,
} from '../wire/index.ts';
import { refuse, show } from './encode-error.ts';
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
    return version === 1
      ? encodeLine(header, command, family, protocol, endpoints)
      : encodeBinary(header, command, family, protocol, endpoints);
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

  function encodeBinary(
    header: Header<Values>,
    command: number,
    family: number,
    protocol: number,
    e: Endpoints,
  ): Uint8Array {
    if (!tables.pairs.includes((family << 4) | protocol)) {
      throw refuse(
        tables,
        'encode-unsupported',
        `family ${tables.names.family[family]} over transport ${tables.names.transport[protocol]}`,
      );
    }
    const start = tables.preambleSize + tables.blockSize(family);
    const checksum = header.checksum === true;
    if (header.tlvs === undefined || header.tlvs === null) {
      if (!checksum) return encodeHead(new Uint8Array(start), command, family, protocol, e);
    }
    const tlvs = encodeTlvs(tables, tlvList(header), checksum, tables.limits);
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
    const { srcAddr, dstAddr } = header;
    if (isPath(srcAddr) || isPath(dstAddr)) return AF.UNIX;
    return hasColon(srcAddr) || hasColon(dstAddr) ? AF.INET6 : AF.INET;
  }

  function endpointsOf(header: Header<Values>, family: number): Endpoints {
    const srcAddr = address('srcAddr', header.srcAddr, family);
    const dstAddr = address('dstAddr', header.dstAddr, family);
    if (family === AF.UNIX) {
      if (hasPort(header))
        throw bad('srcPort', header.srcPort ?? header.dstPort, 'nothing, as UNIX sockets have no ports');
      return { srcAddr, dstAddr, srcPort: 0, dstPort: 0 };
    }
    return {
      srcAddr,
      dstAddr,
      srcPort: port('srcPort', header.srcPort),
      dstPort: port('dstPort', header.dstPort),
    };
  }

  function address(field: string, text: unknown, family: number): string {
    if (typeof text !== 'string') throw badAddress(field, text, family);
    if (family !== AF.INET6 || hasColon(text)) return text;
    if (!writeIpv4(text, scratch, 0)) throw badAddress(field, text, family);
    return `::ffff:${text}`;
  }

  function port(field: string, value: number | null | undefined): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MOST)
      throw bad(field, value, 'a whole number 0..65535');
    return value;
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

  function badAddress(field: string, value: unknown, family: number): Error {
    return refuse(
      tables,
      'encode-bad-address',
      `${field}: ${show(value)}, where family is ${tables.names.family[family]}`,
    );
  }

  return encode;
}

function isPath(text: unknown): boolean {
  return typeof text === 'string' && (text.startsWith('/') || text.startsWith('\0'));
}

function hasColon(text: unknown): boolean {
  return typeof text === 'string' && text.includes(':');
}

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
