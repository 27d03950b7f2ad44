import type { Spec } from '../../../spec/types.ts';
import { TLV_HEAD } from '../../octets.ts';
import { constant, local } from '../../print.ts';

/**
 * Offsets and sizes as constants of the file that uses them: V8 puts the value of such a constant into the code, and
 * looks up that of another module each time.
 */
export function preambleOffsets({ preamble }: Spec): ReturnType<typeof constant>[] {
  const { versionCommand, familyTransport, length, size } = preamble;
  return [
    local(constant('VERSION_COMMAND', `${versionCommand}`, 'Offset of version and command.')),
    local(constant('FAMILY_TRANSPORT', `${familyTransport}`, 'Offset of family and transport.')),
    local(constant('LENGTH', `${length}`, 'Offset of the length of what follows the preamble.')),
    local(constant('PREAMBLE', `${size}`, 'Octets before the address block.')),
  ];
}

/** Octets of the head of a TLV. */
export function headSize(): ReturnType<typeof constant> {
  return local(constant('HEAD', `${TLV_HEAD}`, 'Octets of type and length, before every value.'));
}
