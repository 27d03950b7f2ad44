import { spec as standard } from '../../../../spec/index.ts';
import type { Spec } from '../../../../spec/types.ts';
import { unhex } from '../../../wire/index.ts';
import { LONGEST_HEADER } from '../longest-header.ts';
import { annotateV1 } from './v1.ts';
import { annotateV2 } from './v2.ts';
import type { Annotation } from './annotation.ts';

/**
 * What the octets of a header say, one line for each field, as far as they make sense.
 *
 * @param octets what was received
 * @param length octets of the header, where they are known
 * @param spec the tables to read it by
 */
export function annotate(octets: Uint8Array, length: number | undefined, spec: Spec): Annotation[] {
  const header = octets.subarray(0, length ?? Math.min(octets.length, LONGEST_HEADER));
  const [first] = header;
  if (first === V2_START) return annotateV2(header, spec);
  return first === undefined
    ? []
    : annotateV1(length === undefined ? firstLine(header, spec) : header, spec.v1);
}

const V2_START = unhex(standard.preamble.signature)?.[0];

/** Up to and with the first LF, and never more than the longest line. */
function firstLine(octets: Uint8Array, spec: Spec): Uint8Array {
  const end = octets.indexOf(0x0a) + 1;
  return octets.subarray(0, Math.min(end || octets.length, spec.v1[0]?.longest ?? octets.length));
}
