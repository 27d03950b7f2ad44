import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import * as check from './option-checks.ts';
import { heard } from '../../wire/heard.ts';
import { type Codec, codec as standardCodec, type HeaderInput, type TlvValues } from '../index.ts';

/**
 * Writes a PROXY header as the very first octets of a client socket, connected or still connecting. Call it before
 * anything else is written, and before `tls.connect({ socket })`: the header goes in the clear. What is written
 * afterwards follows it, awaited or not.
 *
 * @param header what `encode` takes; or octets, which are sent as they are, such as `proxyData.wholeRaw` to hand a header on.
 * @param options.codec a codec generated from your own tables; default the standard's.
 * @returns when the header has been handed to the system. Rejects with the socket's own error when it fails before;
 *   the socket reports it as well, so that nothing is lost when nobody awaits.
 * @throws ProxyError for a header that may not be sent, TypeError for a socket that is no longer at its start, or for an
 *   option that is unknown. Nothing has been written then.
 * @see The PROXY protocol, section 2
 *
 * @example
 * import { once } from 'node:events';
 * import { type AddressInfo, connect, createServer } from 'node:net';
 * import { sendProxy } from 'truepeer/proxy/node';
 *
 * const backend = createServer((socket) => socket.on('data', (chunk) => socket.end(`got ${chunk.length} octets`)));
 * await once(backend.listen(0, '127.0.0.1'), 'listening');
 * const socket = connect((backend.address() as AddressInfo).port, '127.0.0.1');
 * await sendProxy(socket, { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 });
 * const [answer] = await once(socket, 'data');
 * console.log(String(answer)); // got 28 octets
 * backend.close();
 */
export function sendProxy<V = TlvValues>(
  socket: Socket,
  header: HeaderInput<V> | Uint8Array,
  options: { readonly codec?: Codec<V> } = {},
): Promise<void> {
  check.object('', options, { codec: true });
  if (socket instanceof TLSSocket)
    throw new TypeError(
      'sendProxy takes the socket below TLS: the header goes in the clear, before tls.connect',
    );
  if (socket.bytesWritten > 0)
    throw new TypeError('sendProxy: the header must be the first octets of a socket');
  const octets = headerOctets(header, options.codec);
  return heard(
    new Promise<void>((resolve, reject) => {
      // When connecting fails, the callback of the write has a general error, and `errored` the cause.
      socket.write(octets, (error) => (error instanceof Error ? reject(socket.errored ?? error) : resolve()));
    }),
  );
}

/** A header as octets. Those that are given are copied: the caller may change them before they are sent. */
export function headerOctets<V>(
  header: HeaderInput<V> | Uint8Array,
  codec: Codec<V> | undefined,
): Uint8Array {
  if (!(header instanceof Uint8Array))
    return (codec ?? (standardCodec as unknown as Codec<V>)).encode(header);
  if (header.length === 0) throw new TypeError('a header has octets; none were given');
  return Uint8Array.from(header);
}
