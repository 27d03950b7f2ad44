/** Integers of fixed size at an offset; octets beyond the end read as zero. */

export function u16be(b: Uint8Array, o: number): number {
  return (b[o]! << 8) | b[o + 1]!;
}

export function u32be(b: Uint8Array, o: number): number {
  return ((b[o]! << 24) | (b[o + 1]! << 16) | (b[o + 2]! << 8) | b[o + 3]!) >>> 0;
}

export function u32le(b: Uint8Array, o: number): number {
  return ((b[o + 3]! << 24) | (b[o + 2]! << 16) | (b[o + 1]! << 8) | b[o]!) >>> 0;
}

export function u64be(b: Uint8Array, o: number): bigint {
  return (BigInt(u32be(b, o)) << 32n) | BigInt(u32be(b, o + 4));
}

export function writeU16be(out: Uint8Array, o: number, value: number): void {
  out[o] = value >> 8;
  out[o + 1] = value;
}

export function writeU32be(out: Uint8Array, o: number, value: number): void {
  out[o] = value >>> 24;
  out[o + 1] = value >>> 16;
  out[o + 2] = value >>> 8;
  out[o + 3] = value;
}

export function writeU32le(out: Uint8Array, o: number, value: number): void {
  out[o] = value;
  out[o + 1] = value >>> 8;
  out[o + 2] = value >>> 16;
  out[o + 3] = value >>> 24;
}

export function writeU64be(out: Uint8Array, o: number, value: bigint): void {
  writeU32be(out, o, Number(value >> 32n));
  writeU32be(out, o + 4, Number(value & 0xffff_ffffn));
}

/** One octet that holds `value`, or undefined where it does not fit. */
export function u8Octets(value: unknown): Uint8Array | undefined {
  return integerOctets(value, 1, (out, o, octet) => {
    out[o] = octet;
  });
}

/** `size` octets that hold an unsigned integer, or undefined where `value` is none or does not fit. */
export function integerOctets(
  value: unknown,
  size: number,
  write: (out: Uint8Array, o: number, value: number) => void,
): Uint8Array | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size))
    return undefined;
  const out = new Uint8Array(size);
  write(out, 0, value);
  return out;
}

/** Eight octets that hold an unsigned bigint, or undefined where `value` is none or does not fit. */
export function u64beOctets(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'bigint' || value < 0n || value > 0xffff_ffff_ffff_ffffn) return undefined;
  const out = new Uint8Array(8);
  writeU64be(out, 0, value);
  return out;
}

/** The same, the lowest octet first. */
export function u64leOctets(value: unknown): Uint8Array | undefined {
  return u64beOctets(value)?.toReversed();
}

export function u16le(b: Uint8Array, o: number): number {
  return b[o]! | (b[o + 1]! << 8);
}

export function u64le(b: Uint8Array, o: number): bigint {
  return (BigInt(u32le(b, o + 4)) << 32n) | BigInt(u32le(b, o));
}

export function writeU16le(out: Uint8Array, o: number, value: number): void {
  out[o] = value;
  out[o + 1] = value >> 8;
}
