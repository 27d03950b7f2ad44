import { spec } from '../../../spec/index.ts';

/** Octets of the longest header that a length field can announce. */
export const LONGEST_HEADER = spec.preamble.size + 0xffff;
