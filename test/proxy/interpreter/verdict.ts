import type { Spec } from '../../../spec/types.ts';

/** No continuation of the octets can be valid. */
export class Fault {
  readonly code: string;
  readonly offset: number;

  /** @param name Name of a row of the error table. */
  constructor(spec: Spec, name: string, offset: number) {
    if (!spec.errors.some((row) => row.name === name)) throw new Error(`no error ${name} in the tables`);
    this.code = name.toLowerCase().replaceAll('_', '-');
    this.offset = offset;
  }
}

/** More octets are needed: at least so many in all. */
export class Need {
  readonly needed: number;

  constructor(needed: number) {
    this.needed = needed;
  }
}

/** How to read, every option resolved. */
export interface Reading {
  readonly maxLength: number;
  readonly maxTLVs: number;
  readonly maxAuthority: number;
  readonly maxUniqueId: number;
  readonly duplicates: 'reject' | 'first';
  readonly mixedFamilies: boolean;
  readonly tlv: 'strict' | 'lenient';
  readonly versions: readonly number[];
}
