import type { Codec, Line } from './line.ts';
import { otherLines } from './other-lines.ts';
import { tlvLines } from './tlv-lines.ts';
import { v1Lines } from './v1-lines.ts';
import { v2Lines } from './v2-lines.ts';

/** Every line of the codec table, in the order in which it is printed. */
export function codecLines(codec: Codec): Line[] {
  return [...v2Lines(codec), ...tlvLines(codec), ...v1Lines(codec), ...otherLines(codec)];
}
