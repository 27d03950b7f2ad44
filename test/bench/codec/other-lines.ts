import { V1BinaryProxyProtocol, V2ProxyProtocol } from 'proxy-protocol-js';
import { kept } from '../compare.ts';
import { encodeInet } from './floors/encode-inet.ts';
import type { Endpoints } from './floors/inet-text.ts';
import * as inputs from './inputs.ts';
import type { Answering, Codec, Line } from './line.ts';
import { peerHeader } from './peer.ts';

/** The way back, and the way out. */
export function otherLines(codec: Codec): Line[] {
  const { decode, encode } = codec;
  return [
    {
      title: 'encode v2 INET from text',
      target: 1.5,
      peerLeavesOut: 'text read by Number',
      expected: (i) => inputs.inet[i]!.toString('hex'),
      floor: {
        name: 'octets from text',
        inputs: inputs.inetEnds,
        run: (ends) => {
          const octets = encodeInet(ends);
          kept.result = octets;
          return octets[27]!;
        },
        answer: (ends) => Buffer.from(encodeInet(ends)).toString('hex'),
      } satisfies Answering<Endpoints>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.inetEnds,
        run: (ends) => {
          const octets = encode(ends);
          kept.result = octets;
          return octets[27]!;
        },
        answer: (ends) => Buffer.from(encode(ends)).toString('hex'),
      } satisfies Answering<Endpoints>,
      peer: {
        name: 'proxy-protocol-js',
        inputs: inputs.inetEnds,
        run: (ends) => {
          const octets = peerHeader(ends).build();
          kept.result = octets;
          return octets[27]!;
        },
        answer: (ends) => Buffer.from(peerHeader(ends).build()).toString('hex'),
      } satisfies Answering<Endpoints>,
    },
    {
      title: 'garbage rejected, against valid accepted',
      target: 1,
      expected: () => undefined,
      floor: {
        name: 'truepeer accepting',
        inputs: inputs.accepted,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          return result.status === 'ok' ? result.length : -1;
        },
        answer: (b) => (decode(b).status === 'ok' ? undefined : 'refused a valid header'),
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.garbage,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          return result.status === 'invalid' ? result.error.code.length : -1;
        },
        answer: (b) => (decode(b).status === 'invalid' ? undefined : 'did not refuse garbage'),
      } satisfies Answering<Buffer>,
      peer: {
        name: 'proxy-protocol-js',
        inputs: inputs.garbage,
        run: (b) => {
          try {
            kept.result = b[0] === 0x50 ? V1BinaryProxyProtocol.parse(b) : V2ProxyProtocol.parse(b);
            return 1;
          } catch (error) {
            kept.result = error;
            return 2;
          }
        },
      } satisfies Answering<Buffer>,
    },
  ];
}
