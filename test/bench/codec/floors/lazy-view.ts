/** What a v2 header says before anything in it is turned into text; addresses stay octets. */
export class LazyView {
  readonly bytes: Uint8Array;
  readonly command: number;
  readonly family: number;
  readonly length: number;

  constructor(bytes: Uint8Array, command: number, family: number, length: number) {
    this.bytes = bytes;
    this.command = command;
    this.family = family;
    this.length = length;
  }
}

/** Floor: signature, version, length, and a view of the buffer. Families are not told apart. */
export function lazyView(b: Uint8Array): LazyView | undefined {
  if (b.length < 16 || !hasSignature(b) || b[12]! >> 4 !== 2) return undefined;
  const length = 16 + ((b[14]! << 8) | b[15]!);
  if (b.length < length) return undefined;
  return new LazyView(b, b[12]! & 15, b[13]!, length);
}

function hasSignature(b: Uint8Array): boolean {
  return (
    b[0] === 0x0d &&
    b[1] === 0x0a &&
    b[2] === 0x0d &&
    b[3] === 0x0a &&
    b[4] === 0x00 &&
    b[5] === 0x0d &&
    b[6] === 0x0a &&
    b[7] === 0x51 &&
    b[8] === 0x55 &&
    b[9] === 0x49 &&
    b[10] === 0x54 &&
    b[11] === 0x0a
  );
}
