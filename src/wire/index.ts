/** What generated code and the codec are built on; a codec generated in another project imports it from here. */
export { makeCrc32 } from './crc32.ts';
export { type FieldRule, HeaderRules } from './header-rules.ts';
export { hex, unhex } from './hex.ts';
export {
  integerOctets,
  u16be,
  u16le,
  u32be,
  u32le,
  u64be,
  u64beOctets,
  u64le,
  u64leOctets,
  u8Octets,
  writeU16be,
  writeU16le,
  writeU32be,
  writeU32le,
  writeU64be,
} from './integers.ts';
export { ipv4Text, scanIpv4, writeIpv4 } from './address/ipv4.ts';
export {
  addressText,
  ipv6Text,
  isMappedText,
  readIpv6,
  scanAddress,
  scanIpv6,
  writeIpv6,
} from './address/ipv6.ts';
export { opaqueTlvs } from './tlv/opaque-tlvs.ts';
export { portSize, readPort, scanPort, writePort } from './address/port.ts';
export type { ProblemCode, Report, Values } from './problem.ts';
export { endOf, FAULT, faultAt, type Limits, mark, NEED, offsetOf, Scan } from './scan.ts';
export type { AddressBlock, Endpoints, ErrorEntry, Scanned, Tables, TlvEntry } from './tables.ts';
export { ascii, asciiOctets, bytes, latin1, utf8, utf8Octets, writeAscii } from './text.ts';
export { INDEX_STRIDE, note, noteSubType, readSubType } from './tlv/tlv-index.ts';
export { isNamed, MOST, type NamedTlvs, namedTlvs, type TlvNode, TlvRules } from './tlv/tlv-rules.ts';
export { bitsByType, rowsByType, tlvEntries, type TlvRow } from './tlv/tlv-table.ts';
export { unixPathText, writeUnixPath } from './address/unix-path.ts';
