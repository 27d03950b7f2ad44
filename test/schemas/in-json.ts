/** A value as JSON carries it: octets in hex, integers of eight octets in decimal. */
export function inJson(value: unknown): unknown {
  const plain = (_: string, each: unknown): unknown => {
    if (each instanceof Uint8Array) return Buffer.from(each).toString('hex');
    return typeof each === 'bigint' ? String(each) : each;
  };
  return JSON.parse(JSON.stringify(value, plain));
}
