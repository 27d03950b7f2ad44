import type { ProxyData, TlvValues } from '../../proxy/index.ts';
import { type Client, localEnd, type Peer, UNIX_PEER } from '../../proxy/node/peer.ts';
import type { Identity } from '../../sasl/index.ts';
import { LazyAbort } from './lazy-abort.ts';
import type { TLSInfo } from './tls.ts';

/** Why a connection ended. */
export type CloseReason =
  | 'quit'
  | 'client-left'
  | 'connection-error'
  | 'timeout'
  | 'handler-timeout'
  | 'refused'
  | 'limit'
  | 'not-smtp'
  | 'proxy-header'
  | 'tls'
  | 'shutdown';

let counter = 0;
const prefix = Math.floor(Date.now() / 1000).toString(36);

/** The local end of a socket. */
export interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** One connection, from the first octet to the last; survives RSET, EHLO and STARTTLS. */
export class Session<V = TlvValues> {
  /** Unique within this machine, printable, usable as the `id` of a Received field. */
  readonly id: string = `${prefix}${(++counter).toString(36).padStart(4, '0')}`;
  /** The adjacent hop: who opened the connection to this server. */
  readonly peer: Peer;
  /** Who the client is: whom the PROXY header (or XCLIENT) names, otherwise the peer; limits and logs go by it. */
  client: Client;
  /** The PROXY header, or null without one; it survives STARTTLS, RSET and EHLO. */
  proxyData: ProxyData<V> | null = null;
  /** The name given in HELO, EHLO or LHLO, as sent; untrusted; null before. */
  hostName: string | null = null;
  /** Whether the client said EHLO (or LHLO), so that extensions may be used. */
  extended = false;
  /** Whether replies carry enhanced status codes; not where `handleEHLO` has taken ENHANCEDSTATUSCODES off its list. */
  statusCodes = true;
  /** Whether the protocol is LMTP. */
  readonly lmtp: boolean;
  /** TLS of this connection, or null in the clear. */
  tls: TLSInfo | null = null;
  /** Who has authenticated, and as whom; null before. */
  identity: Identity | null = null;
  /** What a trusted peer said with XCLIENT about its client; null when it said nothing. */
  xclient: Readonly<Record<string, string | null>> | null = null;
  /** What a trusted peer said with XFORWARD about its client, for logs alone, for one message; null when it said nothing. */
  xforward: Readonly<Record<string, string | null>> | null = null;
  /** Whether anything has been said to the client. */
  greeted = false;
  /** For the application: hooks may keep anything here for the time of the session. */
  data: unknown = undefined;
  private readonly life = new LazyAbort();
  readonly #ends: Ends | undefined;

  constructor(peer: Peer, lmtp = false, ends?: Ends) {
    this.peer = peer;
    this.lmtp = lmtp;
    this.#ends = ends;
    this.client = { ...peer, proxied: false };
  }

  /** For the server only: as after the greeting, but for what is known of the peer, the client and TLS. */
  restart(): void {
    this.hostName = null;
    this.extended = false;
    this.statusCodes = true;
    this.identity = null;
  }

  /** For the server only: what was said in the clear may be somebody else's word (RFC 3207 section 4.2). */
  forgetLogin(): void {
    if (this.xclient?.['LOGIN'] !== undefined) this.xclient = { ...this.xclient, LOGIN: null };
    this.xforward = null;
  }

  /** Whether AUTH (or a trusted peer's XCLIENT) has named an identity. */
  get authenticated(): boolean {
    return this.identity !== null;
  }

  /** The end on this machine that the peer has connected to; unknown (null) once the connection is gone. */
  get local(): Peer {
    if (this.peer.family === 'unix') return UNIX_PEER;
    return localEnd(this.#ends ?? {});
  }

  /** Aborted when the connection is gone. */
  get signal(): AbortSignal {
    return this.life.signal;
  }

  /** For the server only. */
  abort(reason: CloseReason): void {
    this.life.abort(() => reason);
  }
}
