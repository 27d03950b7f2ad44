import type { Word } from '../../../spec/types.ts';

/** The typed words of version 1, said as plainly as possible: what is one, and what is the beginning of one. */
interface WordRule {
  /** Whether text is a whole word. */
  is(text: string): boolean;
  /** Whether some word begins with it. */
  begins(text: string): boolean;
  /** Whether `next`, behind a whole word, can only be meant as a part of it. */
  goesOn(text: string, next: string): boolean;
}

const isDecimal = (text: string, most: number): boolean =>
  /^(?:0|[1-9]\d*)$/.test(text) && Number(text) <= most;
const isDigit = (text: string): boolean => /^\d$/.test(text);

const port: WordRule = {
  is: (text) => isDecimal(text, 65535),
  begins: (text) => text === '' || isDecimal(text, 65535),
  goesOn: (_, next) => isDigit(next),
};

export const ipv4: WordRule = {
  is: (text) => text.split('.').length === 4 && text.split('.').every((number) => isDecimal(number, 255)),
  begins: (text) =>
    ['', '0', '.0', '0.0', '.0.0', '0.0.0', '.0.0.0', '0.0.0.0'].some((end) => ipv4.is(text + end)),
  goesOn: (_, next) => isDigit(next),
};

/** Enough ends that every beginning of an IPv6 address is made whole by one of them. */
const ends = ['', '0', ':', '::'].flatMap((end) =>
  Array.from({ length: 8 }, (_, more) => end + ':0'.repeat(more)).concat(
    Array.from({ length: 8 }, (_, more) => end + '0' + ':0'.repeat(more)),
  ),
);
const dottedEnds = ['', '0', '.0', '0.0', '.0.0', '0.0.0', '.0.0.0'];

const ipv6: WordRule = {
  is: (text) => groupsOf(text) !== undefined,
  begins: (text) => (text.includes('.') ? dottedEnds : ends).some((end) => ipv6.is(text + end)),
  goesOn: (text, next) => (text.includes('.') ? isDigit(next) : /^[0-9a-fA-F:.]$/.test(next)),
};

export const either: WordRule = {
  is: (text) => ipv4.is(text) || ipv6.is(text),
  begins: (text) => ipv4.begins(text) || ipv6.begins(text),
  goesOn: (text, next) => (ipv4.is(text) ? ipv4 : ipv6).goesOn(text, next),
};

export const words: Readonly<Record<Word, WordRule>> = { ipv4, ipv6, port };

/** The eight groups of an IPv6 address, or undefined: RFC 4291, 2.2, with a dotted quad only behind "::ffff:". */
export function groupsOf(text: string): number[] | undefined {
  const mapped = /^::ffff:([^:]*\..*)$/i.exec(text)?.[1];
  if (mapped !== undefined) {
    if (!ipv4.is(mapped)) return undefined;
    const [a, b, c, d] = mapped.split('.').map(Number) as [number, number, number, number];
    return [0, 0, 0, 0, 0, 0xffff, a * 256 + b, c * 256 + d];
  }
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  if (halves.length > 2 || !halves.flat().every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)))
    return undefined;
  const [before = [], after] = halves;
  const missing = 8 - before.length - (after?.length ?? 0);
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  const zeros = Array.from({ length: missing }, () => '0');
  return [...before, ...zeros, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
}

/** An address as RFC 5952 spells it. */
export function spelled(groups: readonly number[]): string {
  const [, , , , , , g6 = 0, g7 = 0] = groups;
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${g6 >> 8}.${g6 & 255}.${g7 >> 8}.${g7 & 255}`;
  }
  const all = groups.map((group) => group.toString(16));
  for (let length = 8; length >= 2; length--) {
    for (let from = 0; from + length <= 8; from++) {
      if (groups.slice(from, from + length).every((group) => group === 0)) {
        return `${all.slice(0, from).join(':')}::${all.slice(from + length).join(':')}`;
      }
    }
  }
  return all.join(':');
}
