import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'A',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: '',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'B',
      code: 0xe5,
      value: { kind: 'utf8' },
      doc: 'One line.\nAnother line.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'C',
      code: 0xe6,
      value: { kind: 'utf8' },
      doc: 'One sentence. And another.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
