import { kept } from '../compare.ts';
import { encodeV1Tcp4 } from './floors/encode-v1-tcp4.ts';
import type { Endpoints } from './floors/inet-text.ts';
import { v1Tcp4 } from './floors/v1-tcp4.ts';
import { v1Tcp6 } from './floors/v1-tcp6.ts';
import * as inputs from './inputs.ts';
import type { V1Input } from './inputs.ts';
import type { Answering, Codec, Line } from './line.ts';
import { endsOf, opened } from './line.ts';
import { peerLine, textParsed } from './peer.ts';

/** The text form. */
export function v1Lines(codec: Codec): Line[] {
  const { decode, encode } = codec;
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
    {
      title: 'encode v1 TCP4 from text',
      target: 1.3,
      expected: (i) => inputs.v1Tcp4[i]!.toString('latin1'),
      floor: {
        name: 'octets of a template',
        inputs: inputs.inetEnds,
        run: (ends) => {
          const octets = encodeV1Tcp4(ends);
          kept.result = octets;
          return octets.length;
        },
        answer: (ends) => encodeV1Tcp4(ends).toString('latin1'),
      } satisfies Answering<Endpoints>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.v1Input,
        run: (header) => {
          const octets = encode(header);
          kept.result = octets;
          return octets.length;
        },
        answer: (header) => Buffer.from(encode(header)).toString('latin1'),
      } satisfies Answering<V1Input>,
      peer: {
        name: 'proxy-protocol-js',
        inputs: inputs.inetEnds,
        run: (ends) => {
          const octets = peerLine(ends).build();
          kept.result = octets;
          return octets.length;
        },
        answer: (ends) => Buffer.from(peerLine(ends).build()).toString('latin1'),
      } satisfies Answering<Endpoints>,
    },
  ];
}
