import { utf8Octets } from '../text.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Path of a UNIX socket in `size` octets at `o`: up to the first NUL; an abstract name, which begins with NUL, keeps
 * that one and goes to the next. Octets that are no UTF-8 read as U+FFFD.
 */
export function unixPathText(b: Uint8Array, o: number, size: number): string {
  let end = o + 1;
  if (b[o] === 0 && b[end] === 0) return '';
  while (end < o + size && b[end] !== 0) end++;
  return decoder.decode(b.subarray(o, end));
}

/**
 * Writes `path` into `size` octets at `o`, the rest zero; false when it does not fit, holds a NUL elsewhere than first,
 * or is that NUL alone, which would read as no path.
 */
export function writeUnixPath(path: string, out: Uint8Array, o: number, size: number): boolean {
  const abstract = path.startsWith('\0');
  const octets = utf8Octets(abstract ? path.slice(1) : path);
  if (octets === undefined || octets.length + (abstract ? 1 : 0) > size || path === '\0') return false;
  out.fill(0, o, o + size);
  out.set(octets, abstract ? o + 1 : o);
  return true;
}
