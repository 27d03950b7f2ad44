import type { Source } from './types.ts';

export const sources: readonly Source[] = [
  {
    name: 'PROXY',
    title: 'The PROXY protocol, versions 1 & 2 (2026-04-27)',
    where: 'haproxy/haproxy, doc/proxy-protocol.txt',
  },
  {
    name: 'RFC 4291',
    title: 'IP Version 6 Addressing Architecture',
    where: 'https://www.rfc-editor.org/rfc/rfc4291',
  },
  {
    name: 'RFC 9260',
    title: 'Stream Control Transmission Protocol',
    where: 'https://www.rfc-editor.org/rfc/rfc9260',
  },
  {
    name: 'AWS',
    title: 'Network Load Balancer target groups: Proxy protocol',
    where:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#proxy-protocol',
  },
  {
    name: 'Azure',
    title: 'Azure Private Link service: Getting connection information using TCP Proxy v2',
    where: 'https://learn.microsoft.com/azure/private-link/private-link-service-overview',
  },
  {
    name: 'Google',
    title: 'Private Service Connect: view consumer connection information',
    where: 'https://cloud.google.com/vpc/docs/configure-private-service-connect-producer',
  },
  {
    name: 'Alibaba',
    title: 'PrivateLink: obtain real client information',
    where: 'https://help.aliyun.com/zh/privatelink/obtain-real-client-information',
  },
  { name: 'truepeer', title: 'truepeer: what the codec decides', where: 'README.md' },
];
