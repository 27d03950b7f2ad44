import { alias, constant, type Draft } from '../../../print.ts';
import { PROXY, TABLES, TLV_TABLE } from '../modules.ts';

/** The file that users import: a codec of these tables, and the types of what it reads. */
export function emitEntry(): Draft {
  const of = (type: string): string => `${type}<${TLV_TABLE.TlvValues}>`;
  const codec = of(PROXY.Codec);
  return {
    name: 'index.ts',
    from: 'spec/',
    doc: 'The codec of these tables: hand `codec` to `proxyProtocol` of a server, or use it alone.',
    statements: [
      constant(
        'codec',
        `${PROXY.createCodec}(${TABLES.tables})`,
        'Reads and writes headers with the TLVs of these tables.',
        codec,
      ),
      ...['decode', 'decodeDatagram', 'encode', 'ProxyReader', 'ProxyTLV'].map((name) =>
        constant(name, `codec.${name}`, `\`${name}\` of the codec.`, `${codec}['${name}']`),
      ),
      alias('ProxyData', of(PROXY['ProxyData as ProxyDataOf']), 'A header, read.'),
      alias('ProxyReader', `InstanceType<${codec}['ProxyReader']>`, 'A reader of chunks.'),
      alias('ProxyTLV', `${codec}['ProxyTLV']['prototype']`, 'The TLVs of a header.'),
      alias('DecodeResult', of(PROXY['DecodeResult as DecodeResultOf']), 'What became of octets.'),
      alias('HeaderInput', of(PROXY['HeaderInput as HeaderInputOf']), 'A header to write.'),
    ],
    exports: [
      { from: './constants', names: [] },
      {
        from: './errors',
        names: ['type DecodeErrorCode', 'type EncodeErrorCode', 'type ProxyErrorCode'],
      },
      { from: './tlv-table', names: ['type TlvValues'] },
    ],
  };
}
