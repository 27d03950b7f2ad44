/** Octets as programs print them. */

import { LONGEST_HEADER } from '../longest-header.ts';

/** Lines of xxd (`00000010: 7f00 0001  ....`) and of hexdump -C, od and Wireshark (`00000010  7f 00 00 01  |....|`). */
const LINES = [
  /^([0-9a-f]{4,8}): ((?:[0-9a-f]{2,32} )*[0-9a-f]{2,32})/iu,
  /^([0-9a-f]{4,8})(?: {1,3}|$)((?:[0-9a-f]{2} {1,2}){0,15}(?:[0-9a-f]{2})?)(?: .*)?$/iu,
];
/** A line that is like the one before, however often it came. */
const SAME_AGAIN = '*';

/** Reads a dump that begins at offset 0; `undefined` when a line is of another form. */
export function fromDump(text: string): Buffer | undefined {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== '');
  return lines.length === 0 ? undefined : LINES.map((form) => fromLines(lines, form)).find((found) => found);
}

function fromLines(lines: readonly string[], form: RegExp): Buffer | undefined {
  const parts: Buffer[] = [];
  let size = 0;
  let repeat = false;
  const add = (part: Buffer) => {
    parts.push(part);
    size += part.length;
  };
  for (const line of lines) {
    if (line === SAME_AGAIN) {
      repeat = true;
      continue;
    }
    const [, offset, digits] = form.exec(line) ?? [];
    if (offset === undefined) return undefined;
    const at = Number.parseInt(offset, 16);
    const last = parts.at(-1);
    if (repeat && last !== undefined && last.length > 0) {
      for (let count = (Math.min(at, LONGEST_HEADER) - size) / last.length; count >= 1; count--) add(last);
    }
    repeat = false;
    if (size === 0 && at !== 0) return undefined;
    add(fromHex(digits ?? '') ?? Buffer.alloc(0));
  }
  return size === 0 ? undefined : Buffer.concat(parts);
}

/** Hex digits, with blanks, colons, commas, quotes, `0x` or `\x` between octets. */
export function fromHex(text: string): Buffer | undefined {
  const digits = text.replace(/0x|\\x|[\s:,"]/giu, '');
  return digits.length > 0 && digits.length % 2 === 0 && /^[0-9a-f]+$/iu.test(digits)
    ? Buffer.from(digits, 'hex')
    : undefined;
}

/** Base64, in one line or several. */
export function fromBase64(text: string): Buffer | undefined {
  const letters = text.trim().replace(/\r?\n/gu, '');
  return letters.length > 0 &&
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(letters)
    ? Buffer.from(letters, 'base64')
    : undefined;
}

/** Packets of `tcpdump -x` or `-X` in lines such as `0x0010:  7f00 0001 ...  ....`. */
export function tcpdumpPackets(text: string): Buffer[] {
  const packets: string[] = [];
  for (const [, offset, digits = ''] of text.matchAll(TCPDUMP_LINE)) {
    if (Number.parseInt(offset ?? '', 16) === 0) packets.push('');
    if (packets.length > 0) packets[packets.length - 1] += digits;
  }
  return packets.map((digits) => fromHex(digits) ?? Buffer.alloc(0));
}

const TCPDUMP_LINE = /^[\t ]*0x([0-9a-f]{4,8}):\s{1,2}((?:[0-9a-f]{2,4} ){0,7}[0-9a-f]{2,4})/gimu;
