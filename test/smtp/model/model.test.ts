import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree } from './agreement.ts';
import { deliveries, dialogues } from './dialogues.ts';
import { certificate } from './certificate.ts';
import { heldOctets } from './held-octets.ts';
import { play } from './play.ts';
import { addressed, ready, settled } from '../harness.ts';

const PLAIN = { cuts: [], readsAhead: false, interrupted: false, timings: [] };

describe('the conversation against a reference model (smtp/model/interpreter.ts)', () => {
  it('random dialogues, every segmentation, hooks that answer, throw, settle late or twice', async () => {
    await fc.assert(
      fc.asyncProperty(dialogues, deliveries, ([setup, legs], delivery) => agree(setup, legs, delivery)),
      { seed: 5321, numRuns: 1000 },
    );
  });

  it('a pipelined group is answered as one command at a time is (RFC 2920 section 3.2)', async () => {
    await fc.assert(
      fc.asyncProperty(dialogues, deliveries, async ([setup, legs], { timings }) => {
        const whole = await play(setup, legs, { ...PLAIN, timings });
        fc.pre(!whole.replies.includes('554 5.5.0'));
        expect(await play(setup, legs, { ...PLAIN, cuts: 'lines' })).toEqual(whole);
      }),
      { seed: 2920, numRuns: 150 },
    );
  });
});

describe('memory of a conversation', () => {
  /** Segments of 64 KiB, of which the message gets 2 KiB and the rest are chunks of nothing. */
  const padded = Buffer.from(
    `${'BDAT '.padEnd(505, ' ')}0\r\n`.repeat(120) + `BDAT 2048\r\n${'z'.repeat(2048)}`,
  );

  it.each(['buffer', 'stream'])(
    'small pieces of large segments keep only themselves alive (%s)',
    async (kind) => {
      const forever = new Promise<void>(() => {});
      const rig = addressed(kind === 'buffer' ? { handleDATA() {} } : { handleContent: () => forever }, {
        limits: { junkCommands: 1_000_000 },
      });
      for (let round = 0; round < 60 && !rig.held; round++) rig.say(Buffer.from(padded));
      await settled();
      expect(rig.closed).toBeUndefined();
      expect(heldOctets(rig.conversation)).toBeLessThan(60 * 2048 * 3 + 2 * 65_536);
    },
  );

  it('A1: a line without end costs no more than the longest one allowed', () => {
    const rig = ready();
    for (let octets = 0; octets < 64_000; octets += 1000) {
      rig.say('x'.repeat(1000));
      expect(heldOctets(rig.conversation)).toBeLessThan(4096);
    }
    expect(rig.say('x'.repeat(2000))).toBe('500 5.5.2 Line too long\r\n');
    expect(rig.closed).toBe('not-smtp');
  });

  it('chunks of nothing have the budget of commands that bring no message', () => {
    const rig = addressed();
    expect(rig.say('BDAT 0\r\n'.repeat(100))).toMatch(/421 4\.7\.0 Too many commands without a message\r\n$/);
    expect(rig.closed).toBe('limit');
  });
});

describe('faults that the model found', () => {
  it('the octets of a chunk whose line is too long for any command are never commands', () => {
    const rig = addressed();
    expect(rig.say(`BDAT 6${' '.repeat(3000)}\r\nQUIT\r\n`)).toBe('500 5.5.2 Line too long\r\n');
    expect(rig.closed).toBe('not-smtp');
  });

  it('a 421 from handleEHLO ends the session, as from any other hook', () => {
    const rig = ready({ handleEHLO: () => '421 4.3.2 Not now' });
    expect(rig.closed).toBe('refused');
  });

  it('octets that were read ahead of STARTTLS are injected, whichever chunk they came with (rule 48)', async () => {
    const rig = ready({ handleNOOP: () => Promise.resolve() }, { tls: certificate });
    rig.say('NOOP\r\n');
    rig.say('STARTTLS\r\n');
    rig.say('NOOP\r\n');
    await settled();
    expect(rig.transcript).toMatch(/554 5\.5\.0 [^\r]*\r\n$/);
    expect(rig.closed).toBe('tls');
  });

  /** A thenable by name only. */
  const thrower = {
    // oxlint-disable-next-line unicorn/no-thenable
    then() {
      throw new Error('then');
    },
  };

  it('F2: a thenable that throws, and hooks that reject with nobody waiting, end no process', async () => {
    const errors: unknown[] = [];
    const rig = ready({
      handleNOOP: () => thrower as never,
      handleClose: () => Promise.reject(new Error('close')) as never,
      handleError(_server, _session, error) {
        errors.push(error);
        return Promise.reject(error) as never;
      },
    });
    rig.say('NOOP\r\n');
    await settled();
    expect(rig.say('QUIT\r\n')).toBe('221 2.0.0 Bye\r\n');
    expect(rig.transcript).toContain('451 4.3.0');
    await settled();
    expect(errors).toEqual([new Error('then'), new Error('close')]);
  });
});
