import { errors } from './errors/index.ts';
import { limits } from './limits.ts';
import { sources } from './sources.ts';
import { ssl } from './tlv/ssl.ts';
import { standard } from './tlv/standard.ts';
import { vendors } from './tlv/vendors.ts';
import type { Spec } from './types.ts';
import { v1 } from './v1.ts';
import { checksum, commands, families, layouts, pairs, preamble, ranges, tlvHead, transports } from './v2.ts';

/** Every table, as one value. */
export const spec: Spec = {
  sources,
  preamble,
  commands,
  families,
  transports,
  layouts,
  pairs,
  ranges,
  tlvHead,
  tlvs: [...standard, ...ssl, ...vendors],
  checksum,
  v1,
  errors,
  limits,
};
