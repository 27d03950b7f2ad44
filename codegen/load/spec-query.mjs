/** A module whose URL ends in this is one of a spec, and so is what it imports. */
export const SPEC_QUERY = '?truepeer-spec';
