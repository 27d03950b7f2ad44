import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'TENANT_ID',
      code: 0xe4,
      value: {
        kind: 'flags',
        constant: 'TENANT_FLAGS',
        bits: [
          { name: 'PAID', code: 0x03, doc: 'Pays.', ref: { source: 'PROXY' } },
          { name: 'NEW', code: 0x04, doc: 'Is new.', ref: { source: 'PROXY' } },
          { name: 'OLD', code: 0x04, doc: 'Is not.', ref: { source: 'PROXY' } },
          { name: 'BIG', code: 0x100, doc: 'Has much.', ref: { source: 'PROXY' } },
        ],
      },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '04', means: 4 }],
    },
  ],
});
