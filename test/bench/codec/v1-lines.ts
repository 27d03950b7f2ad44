import { kept } from '../compare.ts';
import { v1Tcp4 } from './floors/v1-tcp4.ts';
import { v1Tcp6 } from './floors/v1-tcp6.ts';
import * as inputs from './inputs.ts';
import type { Answering, Codec, Line } from './line.ts';
import { endsOf, opened } from './line.ts';
import { textParsed } from './peer.ts';

/** The text form. */
export function v1Lines(codec: Codec): Line[] {
  const { decode } = codec;
  return [
    {
      title: 'v1 TCP4',
      target: 1.2,
      expected: (i) => inputs.inetEnds[i],
      floor: {
        name: 'strict octets',
        inputs: inputs.v1Tcp4,
        run: (b) => {
          const ends = v1Tcp4(b)!;
          kept.result = ends;
          return ends.srcAddr.length + ends.dstAddr.length + ends.srcPort + ends.dstPort;
        },
        answer: v1Tcp4,
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.v1Tcp4,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          if (result.status !== 'ok') return -1;
          const data = result.data;
          return data.srcAddr!.length + data.dstAddr!.length + data.srcPort! + data.dstPort!;
        },
        answer: (b) => endsOf(opened(codec, b)),
      } satisfies Answering<Buffer>,
      peer: textParsed(inputs.v1Tcp4),
    },
    {
      title: 'v1 TCP6',
      target: 1,
      expected: (i) => inputs.inet6Ends[i],
      floor: {
        name: 'split + net.isIP',
        inputs: inputs.v1Tcp6,
        run: (b) => {
          const ends = v1Tcp6(b)!;
          kept.result = ends;
          return ends.srcAddr.length + ends.dstAddr.length + ends.srcPort + ends.dstPort;
        },
        answer: v1Tcp6,
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.v1Tcp6,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          if (result.status !== 'ok') return -1;
          const data = result.data;
          return data.srcAddr!.length + data.dstAddr!.length + data.srcPort! + data.dstPort!;
        },
        answer: (b) => endsOf(opened(codec, b)),
      } satisfies Answering<Buffer>,
      peer: textParsed(inputs.v1Tcp6),
    },
  ];
}
