import { BlockList, isIP } from 'node:net';
import type { Peer } from './peer.ts';
import { optionError } from '../../wire/option-error.ts';

/** Who may send PROXY headers: networks, single addresses, `'unix'` for Unix sockets, or the explicit `'anyone'`. */
export type Trusted = readonly string[] | 'anyone';

/** Peers whose PROXY header is trusted. */
export class TrustList {
  private readonly networks = new BlockList();
  private readonly anyone: boolean;
  private readonly unix: boolean;
  /** The last result: a look-up costs more than decoding a header, and proxies are few. */
  private last: { readonly address: string; readonly trusted: boolean } | undefined;

  /** @throws TypeError that names the entry and says what is allowed; `name` is the option's name. */
  constructor(trusted: Trusted, name = 'trusted') {
    const entries: unknown = trusted === 'anyone' ? ['anyone'] : trusted;
    if (!Array.isArray(entries) || entries.length === 0) {
      throw optionError(
        'ERR_INVALID_ARG_TYPE',
        `option ${name}: a list of networks, 'unix' or 'anyone' is expected; it says who is believed`,
      );
    }
    this.anyone = entries.includes('anyone');
    this.unix = entries.includes('unix');
    for (const entry of entries) {
      if (entry !== 'anyone' && entry !== 'unix') this.add(entry, name);
    }
  }

  /** A peer without a known address is trusted only under `'anyone'`. */
  trusts({ address, family }: Peer): boolean {
    if (this.anyone) return true;
    if (family === 'unix') return this.unix;
    if (family === null || address === null) return false;
    if (this.last?.address !== address)
      this.last = { address, trusted: this.networks.check(address, FAMILY[family]) };
    return this.last.trusted;
  }

  private add(entry: unknown, name: string): void {
    const [address = '', prefix, ...rest] = typeof entry === 'string' ? entry.split('/') : [];
    // An address with a zone (`%eth0`) is refused: BlockList does not compare zones.
    const version = address.includes('%') ? 0 : isIP(address);
    const bits =
      prefix === undefined ? (version === 4 ? 32 : 128) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (version === 0 || rest.length > 0 || bits < 0 || bits > (version === 4 ? 32 : 128)) {
      throw optionError(
        'ERR_INVALID_ARG_VALUE',
        `option ${name}: ${JSON.stringify(entry)} is no network; allowed are 10.0.0.0/8, 2001:db8::/32, a single address, 'unix' and 'anyone'`,
      );
    }
    this.networks.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
}

const FAMILY = { IPv4: 'ipv4', IPv6: 'ipv6' } as const;
