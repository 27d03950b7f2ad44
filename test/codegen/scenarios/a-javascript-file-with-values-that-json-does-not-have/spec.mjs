import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

const endless = ['A'];
endless.push({ seq: endless });

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'TENANT_ID',
      code: 0xe4n,
      value: new Map([['kind', 'utf8']]),
      doc: () => 'Name of the tenant.',
      ref: { source: Symbol('PROXY') },
      examples: [{ wire: Uint8Array.of(97), means: Number.NaN }],
    },
  ],
  limits: [
    {
      name: 'maxTLVs',
      default: Infinity,
      min: undefined,
      max: 10,
      doc: 'Endless.',
      ref: { source: 'PROXY' },
    },
  ],
  v1: [
    {
      name: 'endless',
      is: { seq: endless },
      longest: 1,
      doc: 'Endless.',
      ref: { source: 'PROXY' },
      examples: [],
    },
  ],
});
