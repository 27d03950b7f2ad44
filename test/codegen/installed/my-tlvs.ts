import { extendSpec, spec } from 'truepeer/spec';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'OWN_TENANT',
      code: 0xf5,
      value: { kind: 'u32be' },
      doc: 'Tenant of the client.',
      ref: { source: 'truepeer' },
      examples: [{ wire: '00 00 00 2a', means: 42 }],
    },
    {
      name: 'AWS_ACCOUNT',
      parent: 'AWS',
      code: 0x7f,
      value: { kind: 'ascii' },
      doc: 'A sub-type of somebody else’s row.',
      ref: { source: 'truepeer' },
      examples: [{ wire: '31 32', means: '12' }],
    },
  ],
});
