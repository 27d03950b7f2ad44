/** The byte helpers that generated code leans on; a codec generated in another project imports them from here. */
export { makeCrc32 } from './crc32.ts';
export { hex, unhex } from './hex.ts';
export { u16be, u32be, u32le, u64be, writeU16be, writeU32be, writeU32le, writeU64be } from './integers.ts';
export { ipv4Text, scanIpv4, writeIpv4 } from './ipv4.ts';
export { addressText, ipv6Text, isMappedText, readIpv6, scanAddress, scanIpv6, writeIpv6 } from './ipv6.ts';
export { readPort, scanPort } from './port.ts';
export { FAULT, faultAt, type Limits, NEED, offsetOf, Scan } from './scan.ts';
export type { Endpoints, ErrorEntry, Scanned, Tables, TlvEntry } from './tables.ts';
export { ascii, asciiOctets, bytes, latin1, utf8, utf8Octets } from './text.ts';
export { unixPathText, writeUnixPath } from './unix-path.ts';
