import type { Reader } from '../engine/reader.ts';

/** Collects octets that came behind STARTTLS or the PROXY header, for the TLS handshake. */
export class HandshakeReader implements Reader {
  readonly phase = 'tls';
  readonly onTimeout = '';
  private readonly until: number;
  private rest: Buffer[] = [];

  constructor(until: number) {
    this.until = until;
  }

  read(chunk: Buffer, at: number): number {
    this.rest.push(at === 0 ? chunk : chunk.subarray(at));
    return chunk.length;
  }

  deadline(): number {
    return this.until;
  }

  /** Octets read so far; they belong to TLS. */
  take(): Buffer {
    const octets = Buffer.concat(this.rest);
    this.rest = [];
    return octets;
  }
}
