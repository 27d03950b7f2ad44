import { asciiJson, escapeText } from '../../wire/messages/escape.ts';
import type { Output } from './io.ts';

/** Facts of one event; what is null or undefined is left out. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  /**
   * Writes one line.
   *
   * @param event what happened, in one word, for machines
   * @param sentence the same for people
   * @param facts the details, for machines
   */
  write(event: string, sentence: string, facts?: Facts): void;
}

export type LogFormat = 'text' | 'json';

const LONGEST_FACT = 400;
const LONGEST_SENTENCE = 1000;

/** Octets that wait for a slow reader of the log; lines beyond are counted, not kept. */
const MOST_WAITING = 1_048_576;

/**
 * A log of one line per event: a sentence for people, or JSON for machines. Whatever a peer sent, a line is printable
 * ASCII and of bounded length. Where the output is not read fast enough, lines are dropped; a line says how many, as soon as
 * the output has been read.
 */
export function createLog(output: Output, format: LogFormat, now: () => Date = () => new Date()): Log {
  let dropped = 0;
  const put: Log['write'] = (event, sentence, facts = {}) => {
    const time = now().toISOString();
    if (format === 'text') output.write(`${time} ${shorten(escapeText(sentence), LONGEST_SENTENCE)}\n`);
    else output.write(`${asciiJson({ time, event, ...shortened(facts) })}\n`);
  };
  const tellDropped = (): void => {
    const count = dropped;
    dropped = 0;
    put('lines-dropped', `${count} lines dropped: this output was not read fast enough`, { count });
  };
  return {
    write(event, sentence, facts) {
      if ((output.writableLength ?? 0) < MOST_WAITING) return put(event, sentence, facts);
      if (dropped++ === 0) output.once?.('drain', tellDropped);
    },
  };
}

function shortened(facts: Facts): Facts {
  const entries = Object.entries(facts)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'string' ? shorten(value, LONGEST_FACT) : value]);
  return Object.fromEntries(entries) as Facts;
}

function shorten(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}
