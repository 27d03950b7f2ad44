import type { Settings } from '../api/options/options.ts';
import type { Client } from '../../proxy/node/peer.ts';
import { connectionsFor, descriptors } from './descriptors.ts';

const MOST_DISMISSED = 128;

/** How many connections a server takes: `limits.connections`, or those that there are descriptors for. */
export class Capacity {
  /** How many refused clients may be waited for: a quarter of the connections at most. */
  dismissed: number;
  private connections: number;
  private readonly settings: Settings;
  /** Whether the log knows that there are few descriptors. */
  private told = false;
  /** Whether new connections are refused, and the log knows. */
  private full = false;

  constructor(settings: Settings) {
    this.settings = settings;
    this.connections = settings.limits.connections;
    this.dismissed = Math.min(MOST_DISMISSED, Math.ceil(this.connections / 4));
  }

  /** Looks at the descriptors of the process: without one left, a client would be closed without a word. */
  measure(open: number): void {
    const known = descriptors();
    if (known === undefined) return;
    const { connections, dismissed } = connectionsFor({ ...known, open: known.open - open });
    const wanted = this.settings.limits.connections;
    this.connections = Math.min(wanted, connections);
    this.dismissed = Math.min(dismissed, Math.ceil(this.connections / 4));
    // The last tenth is not worth a word.
    if (this.told || connections >= wanted * 0.9) return;
    this.told = true;
    const text =
      `the process may open ${known.limit} files, and ${known.open} are open: limits.connections is ${connections}, ` +
      `not ${wanted}; allow more (ulimit -n, LimitNOFILE of systemd)`;
    this.settings.diagnostics({ level: 'warning', code: 'few-descriptors', text });
  }

  /** Whether one more than those open may be taken. The log is told once, until a tenth of them have ended. */
  admits(open: number, client: Client): boolean {
    if (open < this.connections) return true;
    if (this.full) return false;
    this.full = true;
    const text = `${open} connections are open: new ones get 421`;
    this.settings.diagnostics({ level: 'warning', code: 'too-many-connections', text, client });
    return false;
  }

  /** One has ended; so many are left. */
  ended(open: number): void {
    if (this.full && open <= this.connections * 0.9) this.full = false;
  }
}
