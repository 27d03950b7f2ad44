import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  families: [{ name: 'ETHER', code: 0x4, doc: 'Below the network.', ref: { source: 'PROXY' } }],
  layouts: [
    {
      family: 'ETHER',
      fields: [
        { name: 'srcMac', value: { kind: 'u16be' }, doc: 'A name of its own.' },
        { name: 'srcPort', value: { kind: 'ipv4' }, doc: 'An address as a port.' },
        { name: 'dstAddr', value: { kind: 'u64be' }, doc: 'A number as an address.' },
      ],
      size: 6,
      ref: { source: 'PROXY' },
    },
    { family: 'TOKENRING', fields: [], size: 0, ref: { source: 'PROXY' } },
  ],
});
