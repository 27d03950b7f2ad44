import { inspect } from 'node:util';
import type { ProxyData, TlvValues } from '../../proxy/index.ts';
import { type Client, localEnd, type Peer, UNIX_PEER } from '../../proxy/node/peer.ts';
import type { Identity } from '../../sasl/index.ts';
import { escapeAll } from '../../wire/messages/escape.ts';
import { describeForLog, type TLSInfo } from './tls-info.ts';

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

/** The local end of a socket. */
export interface Ends {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** What the server knows of a session. */
export interface SessionFacts {
  readonly id: string;
  readonly peer: Peer;
  readonly client: Client;
  readonly proxyData: ProxyData | null;
  readonly hostName: string | null;
  readonly extended: boolean;
  readonly statusCodes: boolean;
  readonly lmtp: boolean;
  readonly tls: TLSInfo | null;
  readonly identity: Identity | null;
  readonly xclient: Readonly<Record<string, string | null>> | null;
  readonly xforward: Readonly<Record<string, string | null>> | null;
  readonly greeted: boolean;
  readonly ends: Ends;
  readonly signal: AbortSignal;
}

/**
 * One connection, from the first octet to the last; survives RSET, EHLO and STARTTLS. Hooks read it; what they may change
 * is `data`. It shows what the server knows: whatever is done to this object (frozen, redefined), the server, its limits
 * and its logs go by its own record. Logged, by `JSON.stringify` or `util.inspect`, it is printable and holds no secret:
 * neither `data` nor what the application keeps in `identity.data`.
 */
export class Session<V = TlvValues> {
  readonly #facts: SessionFacts;
  #data: unknown;

  /** @param facts read anew each time. */
  constructor(facts: SessionFacts) {
    this.#facts = facts;
  }

  /** Unique over processes and machines; letters and digits alone, usable as the `id` of a Received field. No secret. */
  get id(): string {
    return this.#facts.id;
  }

  /** The adjacent hop: who opened the connection to this server. */
  get peer(): Peer {
    return this.#facts.peer;
  }

  /** Who the client is: whom the PROXY header (or XCLIENT) names, otherwise the peer; limits and logs go by it. */
  get client(): Client {
    return this.#facts.client;
  }

  /** The PROXY header, or null without one; it survives STARTTLS, RSET and EHLO. */
  get proxyData(): ProxyData<V> | null {
    return this.#facts.proxyData as ProxyData<V> | null;
  }

  /** The name given in HELO, EHLO or LHLO, as sent: any text that can be seen, untrusted; null before. */
  get hostName(): string | null {
    return this.#facts.hostName;
  }

  /** Whether the client said EHLO (or LHLO), so that extensions may be used. */
  get extended(): boolean {
    return this.#facts.extended;
  }

  /** Whether replies carry enhanced status codes; not where `handleEHLO` has taken ENHANCEDSTATUSCODES off its list. */
  get statusCodes(): boolean {
    return this.#facts.statusCodes;
  }

  /** Whether the protocol is LMTP. */
  get lmtp(): boolean {
    return this.#facts.lmtp;
  }

  /** TLS of this connection, or null in the clear. */
  get tls(): TLSInfo | null {
    return this.#facts.tls;
  }

  /** Who has authenticated, and as whom; null before. */
  get identity(): Identity | null {
    return this.#facts.identity;
  }

  /** Whether AUTH (or a trusted peer's XCLIENT) has named an identity. */
  get authenticated(): boolean {
    return this.identity !== null;
  }

  /**
   * What a trusted peer said with XCLIENT about its client, decoded, by attribute: NAME, ADDR, PORT, PROTO, HELO, LOGIN,
   * DESTADDR, DESTPORT, and of Dovecot SESSION, TTL and CLIENT-TRANSPORT. A value is null where the peer says that it is
   * unknown; all is null when it said nothing.
   */
  get xclient(): Readonly<Record<string, string | null>> | null {
    return this.#facts.xclient;
  }

  /** What a trusted peer said with XFORWARD about its client, for logs alone, for one message; null when it said nothing. */
  get xforward(): Readonly<Record<string, string | null>> | null {
    return this.#facts.xforward;
  }

  /** Whether anything has been said to the client. */
  get greeted(): boolean {
    return this.#facts.greeted;
  }

  /** The end on this machine that the peer has connected to; unknown (null) once the connection is gone. */
  get local(): Peer {
    return this.peer.family === 'unix' ? UNIX_PEER : localEnd(this.#facts.ends);
  }

  /** Aborted when the connection is gone. */
  get signal(): AbortSignal {
    return this.#facts.signal;
  }

  /** For the application: hooks may keep anything here for the time of the session. */
  get data(): unknown {
    return this.#data;
  }

  set data(data: unknown) {
    this.#data = data;
  }

  /** The facts for a log: printable, without secrets and without `data`. */
  toJSON(): Record<string, unknown> {
    const { id, client, peer, local, hostName, extended, lmtp, tls, identity, xclient, xforward } = this;
    return escapeAll({
      id,
      client,
      peer,
      local,
      proxyData: this.proxyData?.toJSON() ?? null,
      hostName,
      extended,
      lmtp,
      tls: tls && describeForLog(tls),
      identity: identity && namesOf(identity),
      xclient,
      xforward,
    });
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }
}

function namesOf({ mechanism, authcid, authzid, identity }: Identity): Identity {
  return { mechanism, authcid, authzid, identity };
}
