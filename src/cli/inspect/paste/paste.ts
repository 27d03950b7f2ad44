import { arrayReadings } from './arrays.ts';
import { base64Reading, escapedReading, hexReading } from './digits.ts';
import { dumpReadings } from './dump.ts';
import { literalReadings, quoted } from './literals.ts';
import type { Reading } from './reading.ts';

/** Characters of a text that is read; an octet takes some six of them in a dump. */
const MOST_READ = 0x20_0000;

/**
 * What a text may stand for, the likeliest first: hex, dumps of xxd, hexdump, od, tcpdump and Wireshark, base64, string
 * literals and arrays as programming languages print them. No octet is checked: some texts can be read in several ways,
 * and the one that gives a header is meant.
 */
export function* readings(text: string): Generator<Reading> {
  if (text.length > MOST_READ) return;
  yield* dumpReadings(text);
  yield* hexReading(text);
  yield* base64Reading(text);
  yield* arrayReadings(text);
  yield* literalReadings(text);
  // An argument of a call, as in Buffer.from('0d0a', 'hex').
  const [inner = ''] = quoted(text);
  if (inner.length > 7) {
    yield* hexReading(inner);
    yield* base64Reading(inner);
  }
  yield* escapedReading(text);
}
