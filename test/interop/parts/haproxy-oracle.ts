import { startHAProxy } from './daemons.ts';
import type { Sink } from './sink.ts';
import type { Client, Stage } from './stage.ts';

/** What HAProxy's `accept-proxy` understood of a header. */
export interface Understood {
  /** `address port`, or 'the connection' where HAProxy keeps the addresses of the connection itself. */
  readonly source: string;
  readonly destination: string;
  /** The octets in hex of the two TLVs that HAProxy 2.6 gives access to; empty where there is none. */
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
  unique-id-format "%[src] %[src_port]/%[dst] %[dst_port]/%[fc_pp_authority,hex]/%[fc_pp_unique_id,hex]"
  server sink 127.0.0.1:${sink.port} send-proxy-v2 proxy-v2-options unique-id`,
    );
    return new HAProxyOracle(stage, sink, haproxy.ports[0] ?? 0);
  }

  /**
   * Sends a header and returns the header that HAProxy made of it, with what HAProxy says in its UNIQUE_ID; null
   * when HAProxy refused and closed.
   */
  async send(header: Uint8Array): Promise<{ octets: Buffer; client: Client } | null> {
    const client = await this.#stage.client({ from: '127.0.0.4', port: this.#port });
    const payload = `after header ${++this.#count} of the oracle`;
    const refused = new Promise<null>((resolve) => client.socket.once('close', () => resolve(null)));
    client.socket.write(Buffer.concat([header, Buffer.from(payload)]));
    client.socket.resume();
    const caught = this.#sink.before(payload);
    caught.catch(() => {});
    const answer = await Promise.race([caught, refused]);
    client.socket.destroy();
    return answer === null ? null : { octets: answer.octets, client };
  }

  /** Reads the text that `unique-id-format` above makes. */
  understood(uniqueId: string, client: Client): Understood {
    const [source = '', destination = '', authority = '', id = ''] = uniqueId.split('/');
    const own = source === `${client.address} ${client.port}`;
    return {
      source: own ? 'the connection' : source,
      destination: destination === `127.0.0.1 ${this.#port}` ? 'the connection' : destination,
      authority: authority.toLowerCase(),
      uniqueId: id.toLowerCase(),
    };
  }
}
