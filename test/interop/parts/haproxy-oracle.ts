import { startHAProxy } from './daemons.ts';
import { headerIn } from './header.ts';
import type { Sink } from './sink.ts';
import type { Stage } from './stage.ts';

/** What HAProxy's `accept-proxy` understood of a header. */
export interface Understood {
  /** `address port`, or 'the connection' where HAProxy keeps the addresses of the connection itself. */
  readonly source: string;
  readonly destination: string;
  /** The octets in hex of the two TLVs that every HAProxy gives access to; empty where there is none. */
  readonly authority: string;
  readonly uniqueId: string;
}

/** A HAProxy that takes headers and tells a sink, in a header of its own, what it understood. */
export class HAProxyOracle {
  readonly #stage: Stage;
  readonly #sink: Sink;
  readonly #port: number;
  #count = 0;

  private constructor(stage: Stage, sink: Sink, port: number) {
    this.#stage = stage;
    this.#sink = sink;
    this.#port = port;
  }

  static async start(stage: Stage): Promise<HAProxyOracle> {
    const sink = await stage.sink();
    const haproxy = await startHAProxy(
      stage,
      1,
      ([port]) => `
listen oracle
  bind 127.0.0.1:${port} accept-proxy
  unique-id-format "%[fc_pp_authority,hex]/%[fc_pp_unique_id,hex]"
  server sink 127.0.0.1:${sink.port} send-proxy-v2 proxy-v2-options unique-id`,
    );
    return new HAProxyOracle(stage, sink, haproxy.ports[0] ?? 0);
  }

  /** Sends a header with a word after it, and reads the header that HAProxy makes of what it understood. */
  async understand(header: Uint8Array): Promise<Understood | 'refused'> {
    const client = await this.#stage.client({ from: '127.0.0.4', port: this.#port });
    const payload = `after header ${++this.#count} of the oracle.`;
    const refused = new Promise<'refused'>((resolve) =>
      client.socket.once('close', () => resolve('refused')),
    );
    client.socket.resume().write(Buffer.concat([header, Buffer.from(payload)]));
    const caught = this.#sink.before(payload);
    caught.catch(() => {}); // nothing comes of a refused header
    const answer = await Promise.race([caught, refused]);
    client.socket.destroy();
    if (answer === 'refused') return answer;
    const { source, destination, tlvs } = headerIn(answer.octets);
    const [authority = '', uniqueId = ''] = String(new Map(tlvs).get('UNIQUE_ID')).toLowerCase().split('/');
    const own = source === `${client.address} ${client.port}` && destination === `127.0.0.1 ${this.#port}`;
    return {
      source: own ? 'the connection' : source,
      destination: own ? 'the connection' : destination,
      authority,
      uniqueId,
    };
  }
}
