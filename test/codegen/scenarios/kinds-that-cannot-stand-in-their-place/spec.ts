import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'TENANT_ID',
      code: 0xe4,
      value: { kind: 'ipv4' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '01 02 03 04', means: '1.2.3.4' }],
    },
    {
      name: 'PAIR',
      code: 0xe5,
      value: {
        kind: 'struct',
        fields: [
          { name: 'PAIR_A', value: { kind: 'utf8' }, doc: 'Of any length.' },
          { name: 'PAIR_B', value: { kind: 'u8' }, doc: 'One octet.' },
        ],
      },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '01', means: { PAIR_B: 1 } }],
    },
  ],
});
