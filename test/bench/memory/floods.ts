import type { Flood } from './sender.mjs';

/** What is sent to a server, and what it may cost. */
export interface FloodCase {
  what: string;
  /** As `servers/truepeer.mjs` has it; `bare` for the server that keeps nothing. */
  handler: 'slow' | 'stream' | 'discard' | 'bare';
  /** Options of the server. */
  options: { dataSizeLimit?: number; limits?: object; timeouts?: object };
  /** Sent before anything is measured: a server that has never served loads code and grows its heap first. */
  warmUp: Omit<Flood, 'port'>;
  flood: Omit<Flood, 'port'>;
  /** Octets of resident memory that it may add to the idle server; null where nothing is promised. */
  most: number | null;
}

export const MIB = 1024 * 1024;
/** `dataSizeLimit` where nothing is said. */
const DEFAULT_LIMIT = 32 * MIB;
/** What anything may cost beyond its limit. */
const BEYOND = 8 * MIB;
/** What is read as a stream may be kept by its reader, so that it is V8 that says when the segments go. */
const STREAMED = 64 * MIB;

const ENVELOPE = ['EHLO flood.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>'];
const LINE = `${'x'.repeat(62)}\r\n`;

/** Every flood, of `size` octets; a multiple of 1 MiB. */
export function floods(size: number): FloodCase[] {
  const parts = size / MIB;
  return [
    { ...slow, what: 'lines to a slow stream, DATA', flood: byData(parts, LINE), most: STREAMED },
    { ...slow, what: 'lines to a slow stream, one BDAT', flood: byOneChunk(parts, LINE), most: STREAMED },
    { ...streaming, what: 'no CRLF to a stream, DATA', flood: byData(parts, 'x'), most: STREAMED },
    { ...streaming, what: 'no CRLF to a stream, one BDAT', flood: byOneChunk(parts, 'x'), most: STREAMED },
    {
      ...streaming,
      options: { dataSizeLimit: MIB },
      what: 'no CRLF to a stream of 1 MiB, DATA',
      flood: byData(parts, 'x'),
      most: MIB + BEYOND,
    },
    {
      ...plain,
      handler: 'bare',
      options: {},
      what: 'no CRLF to bare node:net, DATA',
      flood: byData(parts, 'x'),
      most: null,
    },
    ...[DEFAULT_LIMIT, MIB].flatMap((dataSizeLimit) => {
      const buffering = { ...plain, handler: 'discard', options: { dataSizeLimit } } as const;
      const most = dataSizeLimit + BEYOND;
      const to = `to a buffer of ${dataSizeLimit / MIB} MiB`;
      return [
        { ...buffering, what: `no CRLF ${to}, DATA`, flood: byData(parts, 'x'), most },
        { ...buffering, what: `no CRLF ${to}, BDAT of 1 MiB each`, flood: byChunks(parts, 'x'), most },
      ];
    }),
    {
      ...streaming,
      what: 'a command line without end',
      flood: { ...quiet, partSize: MIB, parts: Math.max(1, Math.floor(parts / 10)) },
      most: BEYOND,
    },
    {
      ...streaming,
      what: 'commands of a client that reads no reply',
      options: {
        limits: { junkCommands: Number.MAX_SAFE_INTEGER },
        timeouts: { write: 1000, linger: 1000 },
      },
      flood: { ...quiet, part: 'EHLO x\r\n', partSize: MIB, parts, deaf: true },
      most: BEYOND,
    },
  ];
}

const quiet = { says: ENVELOPE, begin: '', prefix: '', part: 'x', end: '', deaf: false };

function byData(parts: number, part: string): Omit<Flood, 'port'> {
  return { ...quiet, says: [...ENVELOPE, 'DATA'], part, partSize: MIB, parts, end: '\r\n.\r\n' };
}

function byChunks(parts: number, part: string): Omit<Flood, 'port'> {
  return { ...quiet, prefix: `BDAT ${MIB}\r\n`, part, partSize: MIB, parts, end: 'BDAT 0 LAST\r\n' };
}

function byOneChunk(parts: number, part: string): Omit<Flood, 'port'> {
  return { ...quiet, begin: `BDAT ${parts * MIB} LAST\r\n`, part, partSize: MIB, parts };
}

const plain = { warmUp: byData(1, LINE) };
const slow = { ...plain, handler: 'slow', options: { dataSizeLimit: 0 } } as const;
const streaming = { ...plain, handler: 'stream', options: { dataSizeLimit: 0 } } as const;
