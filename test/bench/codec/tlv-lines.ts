import { kept } from '../compare.ts';
import { checkedTlvs } from './floors/crc32c.ts';
import { sslTexts } from './floors/ssl-text.ts';
import * as inputs from './inputs.ts';
import type { Answering, Codec, Line } from './line.ts';
import { opened } from './line.ts';
import { parsedOnly } from './peer.ts';

/** Headers with TLVs, as balancers send them. */
export function tlvLines(codec: Codec): Line[] {
  const { decode } = codec;
  return [
    {
      title: 'AWS + UNIQUE_ID + NOOP, CRC32C verified',
      target: 1.5,
      peerLeavesOut: 'no TLVs, no CRC',
      expected: (i) => ({ length: inputs.aws[i]!.length, tlvs: inputs.awsTlvs[i] }),
      floor: {
        name: 'slicing-by-8',
        inputs: inputs.aws,
        run: (b) => {
          const checked = checkedTlvs(b)!;
          kept.result = checked;
          return checked.length;
        },
        answer: (b) => {
          const { index, length } = checkedTlvs(b)!;
          const tlvs: [number, string][] = [];
          for (let at = 0; at < index.length; at += 3) {
            const value = index[at + 1]!;
            tlvs.push([index[at]!, b.toString('hex', value, value + index[at + 2]!)]);
          }
          return { length, tlvs };
        },
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.aws,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          return result.status === 'ok' ? result.length : -1;
        },
        answer: (b) => {
          const data = opened(codec, b);
          const top = data.tlv!.vectors.filter((vector) => vector.parent === null);
          return {
            length: data.wholeRaw.length,
            tlvs: top.map(({ type, octets }) => [type, Buffer.from(octets).toString('hex')]),
          };
        },
      } satisfies Answering<Buffer>,
      peer: parsedOnly(inputs.aws),
    },
    {
      title: 'AUTHORITY and every SSL text',
      target: 1.5,
      peerLeavesOut: 'no TLVs',
      expected: (i) => inputs.sslTexts[i],
      floor: {
        name: "Buffer's slices",
        inputs: inputs.ssl,
        run: (b) => {
          const texts = sslTexts(b)!;
          kept.result = texts;
          return (
            texts.authority.length +
            texts.version.length +
            texts.cn.length +
            texts.cipher.length +
            texts.sigAlg.length +
            texts.keyAlg.length
          );
        },
        answer: sslTexts,
      } satisfies Answering<Buffer>,
      truepeer: {
        name: 'truepeer',
        inputs: inputs.ssl,
        run: (b) => {
          const result = decode(b);
          kept.result = result;
          if (result.status !== 'ok') return -1;
          const tlv = result.data.tlv!;
          return (
            tlv.AUTHORITY!.length +
            tlv.SSL_VERSION!.length +
            tlv.SSL_CN!.length +
            tlv.SSL_CIPHER!.length +
            tlv.SSL_SIG_ALG!.length +
            tlv.SSL_KEY_ALG!.length
          );
        },
        answer: (b) => {
          const tlv = opened(codec, b).tlv!;
          return {
            authority: tlv.AUTHORITY,
            version: tlv.SSL_VERSION,
            cn: tlv.SSL_CN,
            cipher: tlv.SSL_CIPHER,
            sigAlg: tlv.SSL_SIG_ALG,
            keyAlg: tlv.SSL_KEY_ALG,
          };
        },
      } satisfies Answering<Buffer>,
      peer: parsedOnly(inputs.ssl),
    },
  ];
}
