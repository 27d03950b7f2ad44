import { describe, expect, it } from 'vitest';
import { greeted, keeper, Rig, settled } from '../harness.ts';
import { serve } from '../loopback.ts';

const GREETING = '220 mx.test ESMTP truepeer\r\n';
const EARLY = '554 5.5.0 Wait for the greeting before you speak\r\n';
const HEADER = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
const proxyProtocol = { timeout: 5000, trusted: 'anyone' } as const;

describe('B1: talk before the greeting', () => {
  it('is 554 and the end, where a greeting delay is configured', () => {
    const codes: string[] = [];
    const options = {
      greetingDelay: 200,
      diagnostics: ({ code }: { code: string }) => void codes.push(code),
    };
    const rig = greeted(keeper(), options);
    expect([rig.transcript, rig.deadlineAt]).toEqual(['', 1200]);
    expect(rig.say('E')).toBe(EARLY);
    expect([rig.closed, codes]).toEqual(['not-smtp', ['early-talker']]);
    expect(rig.say('HLO c\r\n')).toBe('');
  });

  it('costs a patient client nothing but the delay', () => {
    const rig = greeted({}, { greetingDelay: 200 });
    expect(rig.expire()).toBe(GREETING);
    expect(rig.closed).toBeUndefined();
    expect(rig.say('NOOP\r\n')).toBe('250 2.0.0 Ok\r\n');
  });

  it('counts from the end of the PROXY header, whose own octets are no talk', () => {
    for (const [rest, reply] of [
      ['', ''],
      ['E', EARLY],
    ] as const) {
      const rig = new Rig({ handlePROXY: () => true }, { greetingDelay: 200, proxyProtocol });
      rig.conversation.start(true, false);
      rig.time += 3000;
      expect(rig.say(HEADER.slice(0, 9))).toBe('');
      expect(rig.say(HEADER.slice(9) + rest)).toBe(reply);
      if (rest === '') expect([rig.deadlineAt, rig.expire()]).toEqual([4200, GREETING]);
    }
  });

  it('is no fault by default, nor while a hook takes its time', async () => {
    expect(greeted().say('NOOP\r\n')).toBe('250 2.0.0 Ok\r\n');
    const rig = greeted({ handleConnect: () => Promise.resolve() });
    expect(rig.say('NOOP\r\n')).toBe('');
    await settled();
    expect(rig.transcript).toBe(`${GREETING}250 2.0.0 Ok\r\n`);
  });

  it('F7: a server that stops meanwhile says 421 instead of the greeting', () => {
    const rig = greeted({}, { greetingDelay: 200 });
    rig.conversation.shutdown();
    expect([rig.transcript, rig.closed]).toEqual([
      '421 4.3.2 Service is shutting down; try again later\r\n',
      'shutdown',
    ]);
  });

  it('on a socket: the patient one is greeted, the other one closed', async () => {
    const { dial } = await serve({}, { greetingDelay: 60 });
    const [patient, hasty] = [dial(), dial()];
    hasty.socket.write('EHLO c\r\n');
    expect(await hasty.ended).toBe(EARLY);
    expect(await patient.until(GREETING)).toBe(GREETING);
  });
});

describe('rule 32: a session that was refused', () => {
  it('gets 503 for everything but QUIT, unknown verbs included, and stays open', () => {
    const rig = greeted({ handleConnect: () => '554 5.7.1 Not you' });
    const lines = ['EHLO c', 'HELO c', 'MAIL FROM:<>', 'RSET', 'BLURB', '', 'STARTTLS', 'AUTH PLAIN'];
    for (const line of lines) expect([line, rig.say(`${line}\r\n`).slice(0, 4)]).toEqual([line, '503 ']);
    expect(rig.closed).toBeUndefined();
    expect(rig.say('QUIT\r\n')).toBe('221 2.0.0 Bye\r\n');
  });

  it('a greeting of 421 is the end at once', () => {
    const rig = greeted({ handleConnect: () => '421 4.7.0 Later' });
    expect([rig.transcript, rig.closed]).toEqual(['421 Later\r\n', 'refused']);
  });
});
