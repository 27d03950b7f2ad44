import {
  Command,
  INETProtocol,
  IPv4Address,
  IPv4ProxyAddress,
  Peer,
  TransportProtocol,
  V1BinaryProxyProtocol,
  V2ProxyProtocol,
} from 'proxy-protocol-js';
import { kept } from '../compare.ts';
import type { Endpoints } from './floors/inet-text.ts';
import type { Answering } from './line.ts';

/** proxy-protocol-js on a v2 header, for lines whose result it does not give: parsing is all it does. */
export function parsedOnly(ring: readonly Buffer[]): Answering<Buffer> {
  return {
    name: 'proxy-protocol-js',
    inputs: ring,
    run: (b) => {
      const parsed = V2ProxyProtocol.parse(b);
      kept.result = parsed;
      return parsed.command;
    },
  };
}

/** proxy-protocol-js on a v1 line, both addresses as text. */
export function textParsed(ring: readonly Buffer[]): Answering<Buffer> {
  return {
    name: 'proxy-protocol-js',
    inputs: ring,
    run: (b) => {
      const { source, destination } = V1BinaryProxyProtocol.parse(b);
      kept.result = source;
      return source.ipAddress.length + destination.ipAddress.length + source.port + destination.port;
    },
    answer: (b) => {
      const { source, destination } = V1BinaryProxyProtocol.parse(b);
      return {
        srcAddr: source.ipAddress,
        dstAddr: destination.ipAddress,
        srcPort: source.port,
        dstPort: destination.port,
      };
    },
  };
}

/** A header of proxy-protocol-js made from text, ready to be built. */
export function peerHeader(ends: Endpoints): V2ProxyProtocol {
  return new V2ProxyProtocol(
    Command.PROXY,
    TransportProtocol.STREAM,
    new IPv4ProxyAddress(
      IPv4Address.createFrom(ends.srcAddr.split('.').map(Number)),
      ends.srcPort,
      IPv4Address.createFrom(ends.dstAddr.split('.').map(Number)),
      ends.dstPort,
    ),
  );
}

/** A version 1 line of proxy-protocol-js, ready to be built. */
export function peerLine(ends: Endpoints): V1BinaryProxyProtocol {
  return new V1BinaryProxyProtocol(
    INETProtocol.TCP4,
    new Peer(ends.srcAddr, ends.srcPort),
    new Peer(ends.dstAddr, ends.dstPort),
  );
}
