import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'HEN',
      parent: 'EGG',
      code: 0x01,
      value: { kind: 'variant' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '01', means: {} }],
    },
    {
      name: 'EGG',
      parent: 'HEN',
      code: 0x01,
      value: { kind: 'variant' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '01', means: {} }],
    },
  ],
});
