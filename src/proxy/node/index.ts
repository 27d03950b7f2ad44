/** `truepeer/proxy/node`: PROXY in front of any server, and on any socket. Node only; the codec itself is `truepeer/proxy`. */
export { acceptProxy, type AcceptOptions } from './accept.ts';
export {
  acceptDatagrams,
  type DatagramOptions,
  encodeDatagram,
  type ProxiedRemoteInfo,
} from './datagrams.ts';
export type { Diagnostic } from './diagnostic.ts';
export type { Client, Peer } from './peer.ts';
export type { Proxied, ProxiedSocket } from './proxied-socket.ts';
export type { HeaderOptions, ProxyOptions } from './proxy-options.ts';
export { sendProxy } from './send.ts';
export type { Trusted } from './trust/trust-list.ts';
export { OPTION_ERRORS, type OptionErrorCode } from '../../wire/messages/option-error.ts';
