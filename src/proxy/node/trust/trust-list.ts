import type { Diagnostic } from '../diagnostic.ts';
import { Network, octetsOf } from './network.ts';
import type { Peer } from '../peer.ts';
import { optionError } from '../../../wire/messages/option-error.ts';

/**
 * Who may send PROXY headers: networks, single addresses, `'unix'` for Unix sockets, or the explicit `'anyone'`.
 *
 * A network says exactly what it says: one of IPv6, `::/0` too, holds no IPv4 address; bits behind the prefix
 * (`10.9.9.9/8`) and zeros before its length (`/08`) are errors. A peer that the system names by an IPv4-mapped address
 * is IPv4.
 *
 * A function decides for itself: for PROXY headers it is called once for each connection (each datagram of UDP), before an
 * octet is read, and for XCLIENT, XFORWARD and policies whenever they come up. It must answer at once with true or false.
 * Whatever else it does (an error, a promise) is reported, and the peer is not trusted.
 */
export type Trusted = readonly string[] | 'anyone' | ((peer: Peer) => boolean);

/** Peers whose PROXY header is trusted. */
export class TrustList {
  private readonly networks: Network[] = [];
  private readonly judge: ((peer: Peer) => boolean) | undefined;
  private readonly anyone: boolean;
  private readonly unix: boolean;
  private readonly name: string;
  private readonly note: (diagnostic: Diagnostic) => void;
  /** The last result of the networks: proxies are few. */
  private last: { readonly address: string; readonly trusted: boolean } | undefined;

  /**
   * @param name the option's name.
   * @param note receives what goes wrong in a function that decides.
   * @throws TypeError that names the entry and says what is allowed.
   */
  constructor(trusted: Trusted, name = 'trusted', note: (diagnostic: Diagnostic) => void = () => {}) {
    this.name = name;
    this.note = note;
    this.judge = typeof trusted === 'function' ? trusted : undefined;
    const entries: unknown =
      trusted === 'anyone' ? ['anyone'] : this.judge === undefined ? trusted : ['judge'];
    if (!Array.isArray(entries) || entries.length === 0) {
      throw optionError(
        'ERR_INVALID_ARG_TYPE',
        `option ${name}: a list of networks, 'unix' or 'anyone', or a function, is expected; it says who is believed`,
      );
    }
    this.anyone = entries.includes('anyone');
    this.unix = entries.includes('unix');
    if (this.judge !== undefined) return;
    for (const entry of entries) if (entry !== 'anyone' && entry !== 'unix') this.add(entry);
  }

  /** A peer without a known address is trusted only under `'anyone'`, or by a function. */
  trusts(peer: Peer): boolean {
    const { address, family } = peer;
    if (this.judge !== undefined) return this.ask(this.judge, peer);
    if (this.anyone) return true;
    if (family === 'unix') return this.unix;
    if (family === null || address === null) return false;
    if (this.last?.address !== address) this.last = { address, trusted: this.holds(address) };
    return this.last.trusted;
  }

  private holds(address: string): boolean {
    const octets = octetsOf(address);
    return octets !== undefined && this.networks.some((network) => network.has(octets));
  }

  private ask(judge: (peer: Peer) => unknown, peer: Peer): boolean {
    let answer: unknown;
    let error: unknown;
    try {
      answer = judge(peer);
      if (typeof answer === 'boolean') return answer;
      if (answer instanceof Promise) answer.catch(() => {});
      error = new TypeError(`${this.name} must return true or false at once`);
    } catch (thrown) {
      error = thrown;
    }
    const text = `option ${this.name}: the function failed; the peer is not trusted`;
    this.note({ level: 'error', code: 'trusted-failed', text, client: { ...peer, proxied: false }, error });
    return false;
  }

  private add(entry: unknown): void {
    const network = Network.read(typeof entry === 'string' ? entry : '');
    if (typeof network === 'string')
      throw optionError('ERR_INVALID_ARG_VALUE', `option ${this.name}: ${JSON.stringify(entry)} ${network}`);
    this.networks.push(network);
  }
}
