import type { Limit } from './types.ts';

/** Bounds of a receiver. Everything a peer can make us hold or walk is here. */
export const limits: readonly Limit[] = [
  {
    name: 'maxLength',
    default: 4096,
    min: 0,
    max: 65535,
    doc: 'Largest length field of a version 2 header, in octets behind the first sixteen.',
    ref: { source: 'truepeer' },
  },
  {
    name: 'maxTLVs',
    default: 64,
    min: 0,
    max: 21845,
    doc: 'Most TLVs in a header, nested ones counted.',
    ref: { source: 'truepeer' },
  },
  {
    name: 'maxAuthority',
    default: 255,
    min: 0,
    max: 65535,
    doc: 'Longest AUTHORITY in octets; a host name has at most 255.',
    ref: { source: 'PROXY', section: '2.2.2' },
  },
  {
    name: 'maxUniqueId',
    default: 128,
    min: 0,
    max: 65535,
    doc: 'Longest UNIQUE_ID in octets.',
    ref: { source: 'PROXY', section: '2.2.5' },
  },
];
