import type { Tlv } from '../types.ts';

/** What cloud providers put into the custom range. The numbers collide: a row holds where its layout fits. */
export const vendors: readonly Tlv[] = [
  {
    name: 'GCP_PSC_CONNECTION_ID',
    code: 0xe0,
    value: { kind: 'u64be' },
    doc: 'Google Private Service Connect: connection id of the consumer.',
    ref: { source: 'Google' },
    examples: [{ wire: 'ff ff ff ff c0 a8 64 02', means: '18446744072646845442' }],
  },
  {
    name: 'ALIBABA',
    code: 0xe1,
    value: { kind: 'variant' },
    doc: 'Alibaba Cloud NLB and PrivateLink, one vector for each sub-type.',
    ref: { source: 'Alibaba' },
    examples: [{ wire: '01 76 70 63 2d 62 70 31', means: { ALIBABA_VPC_ID: 'vpc-bp1' } }],
  },
  {
    name: 'ALIBABA_VPC_ID',
    parent: 'ALIBABA',
    code: 0x01,
    value: { kind: 'ascii' },
    doc: 'Id of the VPC the client is in.',
    ref: { source: 'Alibaba' },
    examples: [{ wire: '76 70 63 2d 62 70 31', means: 'vpc-bp1' }],
  },
  {
    name: 'ALIBABA_ENDPOINT_ID',
    parent: 'ALIBABA',
    code: 0x02,
    value: { kind: 'ascii' },
    doc: 'Id of the PrivateLink endpoint.',
    ref: { source: 'Alibaba' },
    examples: [{ wire: '65 70 2d 62 70 31', means: 'ep-bp1' }],
  },
  {
    name: 'ALIBABA_ENDPOINT_SERVICE_ID',
    parent: 'ALIBABA',
    code: 0x03,
    value: { kind: 'ascii' },
    doc: 'Id of the PrivateLink endpoint service.',
    ref: { source: 'Alibaba' },
    examples: [{ wire: '65 70 73 72 76 2d 62 70 31', means: 'epsrv-bp1' }],
  },
  {
    name: 'AWS',
    code: 0xea,
    value: { kind: 'variant' },
    doc: 'AWS Network Load Balancer.',
    ref: { source: 'AWS' },
    examples: [
      {
        wire: '01 76 70 63 65 2d 30 38 64 32 62 66 31 35 66 61 63 35 30 30 31 63 39',
        means: { AWS_VPCE_ID: 'vpce-08d2bf15fac5001c9' },
      },
    ],
  },
  {
    name: 'AWS_VPCE_ID',
    parent: 'AWS',
    code: 0x01,
    value: { kind: 'ascii' },
    doc: 'Id of the VPC endpoint the client came through.',
    ref: { source: 'AWS' },
    examples: [
      {
        wire: '76 70 63 65 2d 30 38 64 32 62 66 31 35 66 61 63 35 30 30 31 63 39',
        means: 'vpce-08d2bf15fac5001c9',
      },
    ],
  },
  {
    name: 'AZURE',
    code: 0xee,
    value: { kind: 'variant' },
    doc: 'Azure Private Link.',
    ref: { source: 'Azure' },
    examples: [{ wire: '01 33 00 00 26', means: { AZURE_PRIVATEENDPOINT_LINKID: 637534259 } }],
  },
  {
    name: 'AZURE_PRIVATEENDPOINT_LINKID',
    parent: 'AZURE',
    code: 0x01,
    value: { kind: 'u32le' },
    doc: 'Link id of the private endpoint, little endian unlike all else here.',
    ref: { source: 'Azure' },
    examples: [{ wire: '33 00 00 26', means: 637534259 }],
  },
];
