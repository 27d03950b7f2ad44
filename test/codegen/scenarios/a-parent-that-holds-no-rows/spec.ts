import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'ID_PART',
      parent: 'UNIQUE_ID',
      code: 0x02,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
