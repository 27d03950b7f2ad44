import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  limits: [
    { name: 'maxTLVs', default: 64, min: 100, max: 10, doc: 'Backwards.', ref: { source: 'PROXY' } },
    { name: 'maxLength', default: 99999, min: 0, max: 65535, doc: 'Outside.', ref: { source: 'PROXY' } },
    {
      name: 'maxTenants',
      default: 1,
      min: 0,
      max: 10,
      doc: 'Unknown to the codec.',
      ref: { source: 'PROXY' },
    },
  ],
});
