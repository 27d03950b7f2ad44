import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  limits: [
    {
      name: 'maxAuthority',
      default: 100,
      min: 0,
      max: 1000,
      doc: 'Longest AUTHORITY in octets.',
      ref: { source: 'PROXY', section: '2.2.2' },
    },
  ],
});
