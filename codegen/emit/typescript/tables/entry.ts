import { constant, type Draft } from '../../../print.ts';

/** The file that users import: a codec of these tables, and the types of what it reads. */
export function emitEntry(proxy: string): Draft {
  return {
    name: 'index.ts',
    from: 'spec/',
    doc: 'The codec of these tables: hand `codec` to `proxyProtocol` of a server, or use it alone.',
    imports: [
      { from: proxy, names: ['createCodec'] },
      {
        from: proxy,
        names: [
          'Codec',
          'DecodeResult as DecodeResultOf',
          'HeaderInput as HeaderInputOf',
          'ProxyData as ProxyDataOf',
        ],
        typeOnly: true,
      },
      { from: './tables.ts', names: ['tables'] },
      { from: './tlv-table.ts', names: ['TlvValues'], typeOnly: true },
    ],
    statements: [
      constant(
        'codec',
        'createCodec(tables)',
        'Reads and writes headers with the TLVs of these tables.',
        'Codec<TlvValues>',
      ),
      ...['decode', 'decodeDatagram', 'encode', 'ProxyReader', 'ProxyTLV'].map((name) =>
        constant(name, `codec.${name}`, `\`${name}\` of the codec.`, `Codec<TlvValues>['${name}']`),
      ),
      `/** A header, read. */\nexport type ProxyData = ProxyDataOf<TlvValues>;`,
      `/** A reader of chunks. */\nexport type ProxyReader = InstanceType<Codec<TlvValues>['ProxyReader']>;`,
      `/** The TLVs of a header. */\nexport type ProxyTLV = Codec<TlvValues>['ProxyTLV']['prototype'];`,
      `/** What became of octets. */\nexport type DecodeResult = DecodeResultOf<TlvValues>;`,
      `/** A header to write. */\nexport type HeaderInput = HeaderInputOf<TlvValues>;`,
    ],
    exports: [
      { from: './constants.ts', names: [] },
      {
        from: './errors.ts',
        names: ['DecodeErrorCode', 'EncodeErrorCode', 'ProxyErrorCode'],
        typeOnly: true,
      },
      { from: './tlv-table.ts', names: ['TlvValues'], typeOnly: true },
    ],
  };
}
