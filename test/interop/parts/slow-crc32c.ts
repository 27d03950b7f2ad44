/**
 * CRC32C bit by bit (RFC 4960 Appendix B: reflected polynomial, all ones at either end) of a header whose checksum,
 * four octets at `at`, counts as zero: the tests' own figure, independent of the codec's tables.
 */
export function slowCrc32c(header: Uint8Array, at: number): number {
  const cleared = Uint8Array.from(header).fill(0, at, at + 4);
  let crc = 0xffff_ffff;
  for (const octet of cleared) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return ~crc >>> 0;
}
