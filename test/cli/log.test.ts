import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/cli/shared/log.ts';
import type { LogFormat } from '../../src/cli/shared/log.ts';

const NOW = () => new Date(Date.UTC(2026, 10, 22, 12, 0, 0));
const NASTY = 'a\u001b[31m\r\n\u0000\u007f\u009b\u202e\u{1f600}\ud800';

describe('the log', () => {
  function written(
    format: LogFormat,
    sentence: string,
    facts?: Record<string, string | number | null>,
  ): string {
    let text = '';
    createLog({ write: (line) => void (text += String(line)) }, format, NOW).write('event', sentence, facts);
    return text;
  }

  it('is one line of printable ASCII for people', () => {
    expect(written('text', NASTY, { unseen: 1 })).toBe(
      '2026-11-22T12:00:00.000Z a\\x1b[31m\\x0d\\x0a\\x00\\x7f\\x9b\\u{202e}\\u{1f600}\\u{d800}\n',
    );
  });

  it('is one line of printable ASCII for machines, and they read what was meant', () => {
    const line = written('json', 'unseen', { fact: NASTY, none: null, count: 2 });
    expect(line).toMatch(/^[\u0020-\u007e]*\n$/u);
    expect(JSON.parse(line)).toEqual({
      time: '2026-11-22T12:00:00.000Z',
      event: 'event',
      fact: NASTY,
      count: 2,
    });
  });

  it('drops lines for an output that nobody reads, and says how many', async () => {
    const output = new PassThrough({ highWaterMark: 16_384 });
    const log = createLog(output, 'json', NOW);
    const line = 'x'.repeat(400);
    const lines = 20_000;
    for (let index = 0; index < lines; index++) log.write('event', '', { line, index });
    expect(output.writableLength + output.readableLength).toBeLessThan(1_048_576 + 16_384 + 1000);
    const events: { event: string; count?: number }[] = [];
    for await (const each of createInterface({ input: output })) {
      events.push(JSON.parse(each) as { event: string });
      if (events.at(-1)?.event === 'lines-dropped') break;
    }
    expect(events.length - 1 + events.at(-1)!.count!).toBe(lines);
  });

  it('has lines of bounded length', () => {
    const long = '\u0000'.repeat(100_000);
    expect(written('text', long)).toHaveLength('2026-11-22T12:00:00.000Z '.length + 1000 + '...\n'.length);
    expect((JSON.parse(written('json', '', { long })) as { long: string }).long).toBe(
      `${'\u0000'.repeat(400)}...`,
    );
  });
});
