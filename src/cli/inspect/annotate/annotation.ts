import type { Ref } from '../../../../spec/types.ts';

/** One line of what a header says. */
export interface Annotation {
  /** Where it begins, in octets from the start of the header. */
  offset: number;
  octets: Uint8Array;
  field: string;
  meaning: string;
  /** Where it is written down: a section of the PROXY protocol's document, or another source. */
  section: string;
  /** How deep it is nested. */
  depth: number;
}

/** How a source and a section are shown. */
export function showRef(ref: Ref): string {
  if (ref.source !== 'PROXY') return ref.section === undefined ? ref.source : `${ref.source}, ${ref.section}`;
  return ref.section ?? '';
}
