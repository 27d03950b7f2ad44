import type { Tlv } from '../types.ts';

/** The sub-types inside SSL, section 2.2.6. */
export const ssl: readonly Tlv[] = [
  {
    name: 'SSL_VERSION',
    parent: 'SSL',
    code: 0x21,
    value: { kind: 'ascii' },
    doc: 'TLS version of the connection.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [{ wire: '54 4c 53 76 31 2e 33', means: 'TLSv1.3' }],
  },
  {
    name: 'SSL_CN',
    parent: 'SSL',
    code: 0x22,
    value: { kind: 'utf8' },
    doc: 'Common name of the client certificate.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [{ wire: '65 78 61 6d 70 6c 65 2e 63 6f 6d', means: 'example.com' }],
  },
  {
    name: 'SSL_CIPHER',
    parent: 'SSL',
    code: 0x23,
    value: { kind: 'ascii' },
    doc: 'Cipher in use.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [
      {
        wire: '45 43 44 48 45 2d 52 53 41 2d 41 45 53 31 32 38 2d 47 43 4d 2d 53 48 41 32 35 36',
        means: 'ECDHE-RSA-AES128-GCM-SHA256',
      },
    ],
  },
  {
    name: 'SSL_SIG_ALG',
    parent: 'SSL',
    code: 0x24,
    value: { kind: 'ascii' },
    doc: 'Algorithm that signed the certificate of the frontend.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [{ wire: '52 53 41 2d 53 48 41 32 35 36', means: 'RSA-SHA256' }],
  },
  {
    name: 'SSL_KEY_ALG',
    parent: 'SSL',
    code: 0x25,
    value: { kind: 'ascii' },
    doc: 'Algorithm of the key of the frontend certificate.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [{ wire: '52 53 41 32 30 34 38', means: 'RSA2048' }],
  },
  {
    name: 'SSL_GROUP',
    parent: 'SSL',
    code: 0x26,
    value: { kind: 'ascii' },
    doc: 'Key exchange group.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [{ wire: '73 65 63 70 32 35 36 72 31', means: 'secp256r1' }],
  },
  {
    name: 'SSL_SIG_SCHEME',
    parent: 'SSL',
    code: 0x27,
    value: { kind: 'ascii' },
    doc: 'Signature scheme of the handshake.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [
      {
        wire: '72 73 61 5f 70 73 73 5f 72 73 61 65 5f 73 68 61 32 35 36',
        means: 'rsa_pss_rsae_sha256',
      },
    ],
  },
  {
    name: 'SSL_CLIENT_CERT',
    parent: 'SSL',
    code: 0x28,
    value: { kind: 'bytes' },
    doc: 'Client certificate, X.509 in DER; ghostunnel may send it, too.',
    ref: { source: 'PROXY', section: '2.2.6' },
    examples: [{ wire: '30 03 02 01 01', means: '3003020101' }],
  },
];
