/** BDAT (RFC 3030). */

import { type Command, command } from '../engine/command.ts';
import { REPLIES } from '../engine/replies.ts';

/** A chunk this many times larger than the size limit is not read at all: the connection ends. */
const HARD_CAP_FACTOR = 4;

const bdat = command({
  verb: 'BDAT',
  argument: 'optional',
  whileChunking: true,
  beforeTLS: true,
  payload: true,
  run(exchange, line, from, to) {
    const match = /^(\d{1,20})(?: +(LAST))?$/i.exec(line.toString('latin1', from, to));
    const size = Number(match?.[1] ?? Number.NaN);
    if (match === null || size > Number.MAX_SAFE_INTEGER) {
      // How many octets follow cannot be known: whatever came next would be taken for commands.
      exchange.deny(REPLIES.badChunk);
      return exchange.close('not-smtp');
    }
    const limit = exchange.settings.dataSizeLimit;
    if (limit > 0 && size > limit * HARD_CAP_FACTOR) {
      exchange.deny(REPLIES.messageTooBig);
      return exchange.close('limit');
    }
    const last = match[2] !== undefined;
    if (size === 0 && !last && !exchange.budgets.spend('junkCommands')) return;
    exchange.content.startChunk(size, last);
  },
});

export const CHUNK_COMMANDS: readonly Command[] = [bdat];
