import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'A',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Our wiki' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'B',
      code: 0xe5,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Proxy' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
