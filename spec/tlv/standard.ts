import type { Tlv } from '../types.ts';

/** The types registered by the standard, section 2.2. */
export const standard: readonly Tlv[] = [
  {
    name: 'ALPN',
    code: 0x01,
    value: { kind: 'bytes' },
    doc: 'Application protocol negotiated with the client, as in the ALPN extension of TLS.',
    ref: { source: 'PROXY', section: '2.2.1' },
    examples: [{ wire: '68 32', means: '6832' }],
  },
  {
    name: 'AUTHORITY',
    code: 0x02,
    value: { kind: 'utf8', max: { limit: 'maxAuthority' } },
    doc: 'Host name the client asked for, mostly the server name (SNI) of its TLS handshake.',
    ref: { source: 'PROXY', section: '2.2.2' },
    examples: [{ wire: '6d 78 2e 65 78 61 6d 70 6c 65', means: 'mx.example' }],
  },
  {
    name: 'CRC32C',
    code: 0x03,
    value: { kind: 'u32be' },
    role: 'checksum',
    doc: 'CRC-32C over the whole header with these four octets zeroed.',
    ref: { source: 'PROXY', section: '2.2.3' },
    examples: [{ wire: 'e3 06 92 83', means: 0xe3069283 }],
  },
  {
    name: 'NOOP',
    code: 0x04,
    value: { kind: 'bytes' },
    role: 'padding',
    repeats: true,
    doc: 'Padding; its octets mean nothing.',
    ref: { source: 'PROXY', section: '2.2.4' },
    examples: [
      { wire: '', means: '' },
      { wire: '00 00 00', means: '000000' },
    ],
  },
  {
    name: 'UNIQUE_ID',
    code: 0x05,
    value: { kind: 'bytes', max: { limit: 'maxUniqueId' } },
    doc: 'Opaque identifier that the proxy gave to the connection.',
    ref: { source: 'PROXY', section: '2.2.5' },
    examples: [
      { wire: '01 02', means: '0102' },
      { wire: '', means: '' },
    ],
  },
  {
    name: 'SSL',
    code: 0x20,
    value: {
      kind: 'struct',
      fields: [
        {
          name: 'SSL_CLIENT',
          value: {
            kind: 'flags',
            constant: 'PP2_CLIENT',
            bits: [
              {
                name: 'SSL',
                code: 0x01,
                doc: 'The client connected over TLS.',
                ref: { source: 'PROXY', section: '2.2.6' },
              },
              {
                name: 'CERT_CONN',
                code: 0x02,
                doc: 'The client gave a certificate over the current connection.',
                ref: { source: 'PROXY', section: '2.2.6' },
              },
              {
                name: 'CERT_SESS',
                code: 0x04,
                doc: 'The client gave a certificate at least once over the TLS session.',
                ref: { source: 'PROXY', section: '2.2.6' },
              },
            ],
          },
          doc: 'Which elements are present; undefined bits are kept.',
        },
        {
          name: 'SSL_VERIFY',
          value: { kind: 'u32be' },
          doc: 'Zero when a client certificate was given and verified; alone it proves nothing.',
        },
      ],
      holds: 'tlvs',
    },
    doc: 'TLS between client and proxy.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [
      {
        wire: '01 00000000 21 0007 544c5376312e33',
        means: { SSL_CLIENT: 1, SSL_VERIFY: 0, SSL_VERSION: 'TLSv1.3' },
      },
    ],
  },
  {
    name: 'NETNS',
    code: 0x30,
    value: { kind: 'ascii' },
    doc: 'Name of the network namespace; never to be acted on.',
    ref: { source: 'PROXY', section: '2.2.7' },
    examples: [{ wire: '62 6c 75 65', means: 'blue' }],
  },
];
