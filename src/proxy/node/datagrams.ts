import { type RemoteInfo, Socket } from 'node:dgram';
import { optionError } from '../../wire/messages/option-error.ts';
import { type Codec, type HeaderInput, PROTO, type ProxyData, type TlvValues } from '../index.ts';
import { type Diagnostic, reporter } from './diagnostic.ts';
import { judge } from './header-policy.ts';
import * as check from './option-checks.ts';
import { type Peer, peerOf } from './peer.ts';
import type { Proxied } from './proxied-socket.ts';
import {
  HEADER_OPTIONS,
  type HeaderOptions,
  type HeaderSettings,
  readHeaderOptions,
} from './proxy-options.ts';
import { headerOctets } from './send.ts';
import { askNow } from './trust/veto.ts';

/** How a socket takes PROXY headers; there is no deadline, as a header comes whole or not at all. */
export interface DatagramOptions<V = TlvValues> extends HeaderOptions<V> {
  /** A veto for each datagram whose header is good: true or false, at once. */
  readonly verify?: (proxyData: ProxyData<V>, peer: Peer) => boolean;
  /** Receives log entries, one for each datagram that is dropped. Errors that it throws are ignored. */
  readonly diagnostics?: (diagnostic: Diagnostic) => void;
}

/** What a 'message' listener gets beside the payload. Answers go to `address` and `port`, which are the proxy's. */
export type ProxiedRemoteInfo<V = TlvValues> = RemoteInfo & Proxied<V>;

/**
 * Puts the PROXY protocol in front of a socket of `node:dgram`: each datagram has a header of its own, and 'message'
 * listeners get what follows it. Their second argument has three attributes more, `client`, `peer` and `proxyData`; its
 * `address` and `port` stay the proxy's, where answers go, without a header. Datagrams whose header is refused are dropped.
 *
 * The source of a datagram is easily forged: trust networks that nobody can forge from outside, or ask for a `secret`.
 *
 * @param socket before or after it is bound.
 * @returns the same socket.
 * @throws TypeError or RangeError that names a bad option and says what is allowed; TypeError for what is no socket.
 * @see The PROXY protocol, section 2
 *
 * @example
 * import { createSocket } from 'node:dgram';
 * import { once } from 'node:events';
 * import { acceptDatagrams, encodeDatagram, type ProxiedRemoteInfo } from 'truepeer/proxy/node';
 *
 * const server = acceptDatagrams(createSocket('udp4'), { trusted: ['127.0.0.0/8'] });
 * server.on('message', (payload, from) => {
 *   const { client } = from as ProxiedRemoteInfo;
 *   server.send(`${client.address} asked ${payload}`, from.port, from.address);
 * });
 * await once(server.bind(0, '127.0.0.1'), 'listening');
 *
 * const proxy = createSocket('udp4');
 * const header = { srcAddr: '203.0.113.7', srcPort: 5000, dstAddr: '198.51.100.53', dstPort: 53 };
 * proxy.send(encodeDatagram(header, Buffer.from('the time')), server.address().port, '127.0.0.1');
 * const [answer] = await once(proxy, 'message');
 * console.log(String(answer)); // 203.0.113.7 asked the time
 * proxy.close();
 * server.close();
 */
export function acceptDatagrams<S extends Socket, V = TlvValues>(socket: S, options: DatagramOptions<V>): S {
  if (!((socket as unknown) instanceof Socket))
    throw optionError('ERR_INVALID_ARG_TYPE', 'acceptDatagrams: a socket of node:dgram is expected');
  if (accepting.has(socket))
    throw optionError('ERR_INVALID_ARG_VALUE', 'acceptDatagrams: this socket accepts PROXY headers already');
  const gate = new DatagramGate(options as unknown as DatagramOptions);
  accepting.add(socket);
  const emit = socket.emit.bind(socket) as Emit;
  socket.emit = ((event, ...args) => {
    if (event !== 'message') return emit(event, ...args);
    gate.arrived(args[0] as Buffer, args[1] as RemoteInfo, (payload, from) => emit('message', payload, from));
    return true;
  }) as Emit;
  return socket;
}

/**
 * The octets of one datagram: a header, transport DGRAM unless it says otherwise, and the payload behind it.
 *
 * @param header what `encode` takes, or octets, which are sent as they are.
 * @param options.codec a codec generated from your own tables; default the standard's.
 * @throws ProxyError for a header that may not be sent.
 * @see The PROXY protocol, section 2
 *
 * @example
 * import { decodeDatagram } from 'truepeer/proxy';
 * import { encodeDatagram } from 'truepeer/proxy/node';
 * const header = { srcAddr: '203.0.113.7', srcPort: 5000, dstAddr: '198.51.100.53', dstPort: 53 };
 * const datagram = encodeDatagram(header, Buffer.from('query'));
 * const result = decodeDatagram(datagram);
 * if (result.status === 'ok') console.log(String(datagram.subarray(result.length))); // query
 */
export function encodeDatagram<V = TlvValues>(
  header: HeaderInput<V> | Uint8Array,
  payload: Uint8Array,
  options: { readonly codec?: Codec<V> } = {},
): Buffer {
  const named = !(header instanceof Uint8Array) && (header.srcAddr ?? null) !== null;
  const given = named ? { ...header, protocol: header.protocol ?? PROTO.DGRAM } : header;
  return Buffer.concat([headerOctets(given, options.codec), payload]);
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

const accepting = new WeakSet<Socket>();

const KNOWN: Record<keyof DatagramOptions, true> = { ...HEADER_OPTIONS, verify: true, diagnostics: true };

/** Reads the header of each datagram before a listener gets it. */
class DatagramGate {
  private readonly settings: HeaderSettings;
  private readonly verify: ((proxyData: ProxyData, peer: Peer) => unknown) | undefined;
  private readonly note: (diagnostic: Diagnostic) => void;

  constructor(options: DatagramOptions) {
    check.object('', options, KNOWN);
    this.note = reporter(options.diagnostics);
    this.verify = check.callback('verify', options.verify);
    this.settings = readHeaderOptions((name) => name, options, this.note);
  }

  arrived(
    datagram: Buffer,
    from: RemoteInfo,
    admit: (payload: Buffer, from: ProxiedRemoteInfo) => void,
  ): void {
    const peer = peerOf({ remoteAddress: from.address, remotePort: from.port });
    try {
      const read = this.read(datagram, peer);
      if (read !== undefined) admit(read.payload, { ...from, ...read.proxied });
    } catch (error) {
      this.drop(peer, 'listener-failed', 'a listener, or the codec, failed', { error });
    }
  }

  /** What a datagram holds, and whose it is; undefined where it is dropped. */
  private read(datagram: Buffer, peer: Peer): { payload: Buffer; proxied: Proxied } | undefined {
    const { trust, untrusted, codec, decode } = this.settings;
    if (!trust.trusts(peer)) {
      const proxied = { client: { ...peer, proxied: false }, peer, proxyData: null };
      if (untrusted === 'direct') return { payload: datagram, proxied };
      return this.drop(peer, 'untrusted-peer', `${peer.address} is not in trusted; dropped`);
    }
    const { data } = codec.decodeDatagram(datagram, decode);
    const verdict = judge(data, peer, this.settings, PROTO.DGRAM);
    if (typeof verdict === 'string')
      return this.drop(peer, 'proxy-header-refused', `PROXY header refused: ${verdict}`);
    const { verify } = this;
    const decision = verify === undefined ? undefined : askNow(() => verify(data, peer));
    if (decision?.status === 'refused') return this.drop(peer, 'proxy-vetoed', 'verify refused the datagram');
    if (decision?.status === 'failed')
      return this.drop(peer, 'verify-failed', 'verify failed; the datagram is dropped', decision);
    return { payload: datagram.subarray(data.length), proxied: { client: verdict, peer, proxyData: data } };
  }

  private drop(peer: Peer, code: string, text: string, failure?: { readonly error: unknown }): undefined {
    const client = { ...peer, proxied: false };
    if (failure === undefined) this.note({ level: 'warning', code, text, client });
    else this.note({ level: 'error', code, text, client, error: failure.error });
  }
}
