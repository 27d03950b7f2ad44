import type { Rule } from './types.ts';

/** The line of version 1, section 2.1. `header` is where reading begins. */
export const v1: readonly Rule[] = [
  {
    name: 'header',
    is: { seq: ['PROXY ', { alt: [{ rule: 'tcp4' }, { rule: 'tcp6' }, { rule: 'unknown' }] }, '\r\n'] },
    longest: 107,
    doc: 'The whole line.',
    ref: { source: 'PROXY', section: '2.1' },
    examples: [],
  },
  {
    name: 'tcp4',
    is: {
      seq: [
        'TCP4 ',
        { field: 'srcAddr', is: 'ipv4' },
        ' ',
        { field: 'dstAddr', is: 'ipv4' },
        ' ',
        { field: 'srcPort', is: 'port' },
        ' ',
        { field: 'dstPort', is: 'port' },
      ],
    },
    longest: 56,
    family: 'INET',
    transport: 'STREAM',
    doc: 'TCP over IPv4.',
    ref: { source: 'PROXY', section: '2.1' },
    examples: [
      {
        wire: '50524f5859205443503420 3230332e302e3131332e37 20 3139382e35312e3130302e3235 20 34333231 20 3235 0d0a',
        means: { srcAddr: '203.0.113.7', dstAddr: '198.51.100.25', srcPort: 4321, dstPort: 25 },
      },
    ],
  },
  {
    name: 'tcp6',
    is: {
      seq: [
        'TCP6 ',
        { field: 'srcAddr', is: 'ipv6' },
        ' ',
        { field: 'dstAddr', is: 'ipv6' },
        ' ',
        { field: 'srcPort', is: 'port' },
        ' ',
        { field: 'dstPort', is: 'port' },
      ],
    },
    longest: 104,
    family: 'INET6',
    transport: 'STREAM',
    doc: 'TCP over IPv6; a dual-stack sender may write ::ffff:a.b.c.d.',
    ref: { source: 'PROXY', section: '2.1' },
    examples: [
      {
        wire: '50524f5859205443503620 323030313a6462383a3a37 20 3a3a666666663a3139382e35312e3130302e3235 20 34333231 20 3235 0d0a',
        means: { srcAddr: '2001:db8::7', dstAddr: '::ffff:198.51.100.25', srcPort: 4321, dstPort: 25 },
      },
    ],
  },
  {
    name: 'unknown',
    is: { seq: ['UNKNOWN', { opt: { seq: [' ', { skip: 'line' }] } }] },
    longest: 107,
    family: 'UNSPEC',
    transport: 'UNSPEC',
    doc: 'Nothing is known of the connection; what follows is ignored.',
    ref: { source: 'PROXY', section: '2.1' },
    examples: [
      { wire: '50524f585920554e4b4e4f574e 0d0a', means: {} },
      { wire: '50524f585920554e4b4e4f574e 20 66666666 0d0a', means: {} },
    ],
  },
];
