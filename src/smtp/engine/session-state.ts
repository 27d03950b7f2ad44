import { randomInt } from 'node:crypto';
import type { ProxyData } from '../../proxy/index.ts';
import type { Client, Peer } from '../../proxy/node/peer.ts';
import type { Identity } from '../../sasl/index.ts';
import { LazyAbort } from '../api/lazy-abort.ts';
import { type CloseReason, type Ends, Session, type SessionFacts } from '../api/session.ts';
import type { TLSInfo } from '../api/tls-info.ts';

let counter = 0;
/** When this process (or thread) began, and a number of its own: others may begin in the same second, on any machine. */
const prefix =
  Math.floor(Date.now() / 1000).toString(36) +
  randomInt(36 ** 8)
    .toString(36)
    .padStart(8, '0');

type Attributes = Readonly<Record<string, string | null>>;

/**
 * The server's record of a session. Hooks never see it: they are given `view`. What the record hands on is frozen, so
 * that limits, logs and trust go by what the server has learnt.
 */
export class SessionState implements SessionFacts {
  readonly id: string = `${prefix}${(++counter).toString(36).padStart(4, '0')}`;
  readonly peer: Peer;
  readonly lmtp: boolean;
  readonly ends: Ends;
  proxyData: ProxyData | null = null;
  hostName: string | null = null;
  extended = false;
  statusCodes = true;
  greeted = false;
  /** What hooks, channels and the application see. */
  readonly view: Session = new Session(this);
  private readonly life = new LazyAbort();
  #client: Client;
  #tls: TLSInfo | null = null;
  #identity: Identity | null = null;
  #xclient: Attributes | null = null;
  #xforward: Attributes | null = null;

  constructor(peer: Peer, lmtp = false, ends: Ends = {}) {
    this.peer = Object.freeze(peer);
    this.lmtp = lmtp;
    this.ends = ends;
    this.#client = Object.freeze({ ...peer, proxied: false });
  }

  get client(): Client {
    return this.#client;
  }

  set client(client: Client) {
    this.#client = Object.freeze(client);
  }

  get tls(): TLSInfo | null {
    return this.#tls;
  }

  set tls(tls: TLSInfo | null) {
    this.#tls = Object.freeze(tls);
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  set identity(identity: Identity | null) {
    this.#identity = Object.freeze(identity);
  }

  get authenticated(): boolean {
    return this.#identity !== null;
  }

  get xclient(): Attributes | null {
    return this.#xclient;
  }

  set xclient(attributes: Attributes | null) {
    this.#xclient = Object.freeze(attributes);
  }

  get xforward(): Attributes | null {
    return this.#xforward;
  }

  set xforward(attributes: Attributes | null) {
    this.#xforward = Object.freeze(attributes);
  }

  get signal(): AbortSignal {
    return this.life.signal;
  }

  /** As after the greeting, but for what is known of the peer, the client and TLS. */
  restart(): void {
    this.hostName = null;
    this.extended = false;
    this.statusCodes = true;
    this.identity = null;
  }

  /** What was said in the clear may be somebody else's word (RFC 3207 section 4.2). */
  forgetLogin(): void {
    if (this.xclient?.['LOGIN'] !== undefined) this.xclient = { ...this.xclient, LOGIN: null };
    this.xforward = null;
  }

  abort(reason: CloseReason): void {
    this.life.abort(() => reason);
  }
}
