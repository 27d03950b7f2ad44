import type { ProxyData } from '../../proxy/index.ts';
import type { HeaderReader } from '../../proxy/reader.ts';
import type { Reader } from '../engine/reader.ts';

/** Reads the PROXY header, and no octet beyond it, within one absolute deadline. */
export class ProxyHeaderReader<V> implements Reader {
  readonly phase = 'proxy-header';
  readonly onTimeout = '';
  private readonly reader: HeaderReader<V>;
  private readonly until: number;
  private readonly done: (data: ProxyData<V>) => void;

  /** @param done called with the header, well-formed or not, as soon as that is certain. */
  constructor(reader: HeaderReader<V>, until: number, done: (data: ProxyData<V>) => void) {
    this.reader = reader;
    this.until = until;
    this.done = done;
  }

  read(chunk: Buffer, at: number): number {
    const data = this.reader.push(at === 0 ? chunk : chunk.subarray(at));
    if (data === undefined) return chunk.length;
    this.done(data);
    return chunk.length - this.reader.rest.length;
  }

  deadline(): number {
    return this.until;
  }
}
