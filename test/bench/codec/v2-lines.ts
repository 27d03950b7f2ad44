import type { IPv4ProxyAddress } from 'proxy-protocol-js';
import { V2ProxyProtocol } from 'proxy-protocol-js';
import { kept } from '../compare.ts';
import { inet6Text } from './floors/inet6-text.ts';
import { inetText } from './floors/inet-text.ts';
import { lazyView } from './floors/lazy-view.ts';
import * as inputs from './inputs.ts';
import type { Answering, Codec, Line } from './line.ts';
import { endsOf, opened } from './line.ts';
import { parsedOnly } from './peer.ts';

/** Fixed header and addresses of version 2. */
export function v2Lines(codec: Codec): Line[] {
  const { decode } = codec;
  return [
    {
      title: 'v2 INET, header only',
      target: 2.5,
      expected: (i) => ({ length: inputs.inet[i]!.length, version: 2 }),
      floor: {
        name: 'lazy view',
        inputs: inputs.inet,
        run: (b) => {
          const view = lazyView(b)!;
          kept.result = view;
          return view.length + view.family;
        },
        answer: (b) => ({ length: lazyView(b)!.length, version: 2 }),
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.inet,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          return result.status === 'ok' ? result.length + result.data.version! : -1;
        },
        answer: (b) => {
          const result = decode(b);
          return result.status === 'ok' ? { length: result.length, version: result.data.version } : result;
        },
      } satisfies Answering<Buffer>,
      peer: parsedOnly(inputs.inet),
    },
    {
      title: 'v2 INET, both addresses as text',
      target: 1.5,
      expected: (i) => inputs.inetEnds[i],
      floor: {
        name: 'octet table',
        inputs: inputs.inet,
        run: (b) => {
          const ends = inetText(b)!;
          kept.result = ends;
          return ends.srcAddr.length + ends.dstAddr.length + ends.srcPort + ends.dstPort;
        },
        answer: inetText,
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.inet,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          if (result.status !== 'ok') return -1;
          const data = result.data;
          return data.srcAddr!.length + data.dstAddr!.length + data.srcPort! + data.dstPort!;
        },
        answer: (b) => endsOf(opened(codec, b)),
      } satisfies Answering<Buffer>,
      peer: {
        name: 'proxy-protocol-js',
        inputs: inputs.inet,
        run: (b) => {
          const address = V2ProxyProtocol.parse(b).proxyAddress as IPv4ProxyAddress;
          kept.result = address;
          return (
            address.sourceAddress.address.join('.').length +
            address.destinationAddress.address.join('.').length +
            address.sourcePort +
            address.destinationPort
          );
        },
        answer: (b) => {
          const address = V2ProxyProtocol.parse(b).proxyAddress as IPv4ProxyAddress;
          return {
            srcAddr: address.sourceAddress.address.join('.'),
            dstAddr: address.destinationAddress.address.join('.'),
            srcPort: address.sourcePort,
            dstPort: address.destinationPort,
          };
        },
      } satisfies Answering<Buffer>,
    },
    {
      title: 'v2 INET6, both addresses as text',
      target: 1.3,
      peerLeavesOut: 'no text',
      expected: (i) => inputs.inet6Ends[i],
      floor: {
        name: 'short form',
        inputs: inputs.inet6,
        run: (b) => {
          const ends = inet6Text(b)!;
          kept.result = ends;
          return ends.srcAddr.length + ends.dstAddr.length + ends.srcPort + ends.dstPort;
        },
        answer: inet6Text,
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.inet6,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          if (result.status !== 'ok') return -1;
          const data = result.data;
          return data.srcAddr!.length + data.dstAddr!.length + data.srcPort! + data.dstPort!;
        },
        answer: (b) => endsOf(opened(codec, b)),
      } satisfies Answering<Buffer>,
      peer: parsedOnly(inputs.inet6),
    },
  ];
}
