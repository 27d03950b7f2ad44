import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Diagnostic } from '../../../src/index.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { MEMBERS } from '../../../src/smtp/api/options/handler-checks.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';

/** The warnings that a handler gives rise to, the one of no delivery left out. */
function warnings(handler: object): string[] {
  const told: Diagnostic[] = [];
  const server = new SMTPServer(handler, { diagnostics: (diagnostic) => void told.push(diagnostic) });
  expect(server.handler).toBe(handler);
  return told.filter(({ code }) => code === 'unknown-hook').map(({ text }) => text);
}

const nothing = (): void => {};

class Base {
  handleRcpt(): void {}
}
class Derived extends Base {
  handleRCPT(): void {}
}

describe('a method of the handler that looks like a hook', () => {
  it('the list of what a handler may hold is the type', () => {
    expectTypeOf<keyof typeof MEMBERS>().toEqualTypeOf<keyof Handler>();
    for (const name of Object.keys(MEMBERS))
      expect(warnings({ [name]: name === 'honours' ? {} : nothing }), name).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    ['in other case', { handleRcpt: nothing }, 'handleRcpt', 'handleRCPT'],
    ['in lower case', { handledata: nothing }, 'handledata', 'handleDATA'],
    ['as in aiosmtpd', { handle_RCPT: nothing }, 'handle_RCPT', 'handleRCPT'],
    ['of no prefix', { free_space: nothing }, 'free_space', 'freeSpace'],
    ['inherited, beside the right one', new Derived(), 'handleRcpt', 'handleRCPT'],
    [
      'without Object.prototype',
      Object.assign(Object.create(null), { handleQuit: nothing }),
      'handleQuit',
      'handleQUIT',
    ],
  ])('%s: a TypeError', (_what, handler, name, meant) => {
    const make = (): unknown => new SMTPServer(handler);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`handler: ${name} is no hook; did you mean ${meant}?`);
  });

  it.each(['onData', 'onRcptTo', 'handleMessage', 'handle_exception', 'HandleX'])('%s: a warning', (name) => {
    expect(warnings({ handleRCPT: nothing, [name]: nothing })).toEqual([
      `the handler's ${name} is no hook, and is never called`,
    ]);
  });

  it('and no terminal obeys its name', () => {
    expect(warnings({ handleRCPT: nothing, 'on\u0041\u001b[31m': nothing })[0]).toMatch(/^[ -~]+$/);
  });

  it.each<[string, object]>([
    ['data', { handleCount: 3, handles: [] }],
    ['private', { _handleRcpt: nothing, _onData: nothing }],
    ['others', { once: nothing, on: nothing, oncall: nothing, store: nothing }],
    [
      'getters, which are not called',
      {
        get handleThing(): never {
          throw new Error('called');
        },
      },
    ],
  ])('%s: nothing', (_what, handler) => {
    expect(warnings(handler)).toEqual([]);
  });
});

describe('what cannot be meant as a handler', () => {
  const HOOKS = Object.keys(MEMBERS).join(', ');
  it.each<[string, unknown, string]>([
    ['nothing', null, 'an object is expected'],
    ['a function', nothing, 'an object is expected'],
    [
      'the options',
      { proxyProtocol: { timeout: 5000, trusted: ['10.0.0.0/8'] } },
      'proxyProtocol is an option; options are the second argument',
    ],
    [
      'options of smtp-server',
      { onData: nothing, authOptional: true },
      `it defines no hook, and onData is none; known are ${HOOKS}`,
    ],
    [
      'hooks that no terminal may obey',
      { 'on\u0041\u001b[31m': nothing },
      `it defines no hook, and onA\\x1b[31m is none; known are ${HOOKS}`,
    ],
  ])('%s: a TypeError', (_what, handler, why) => {
    const make = (): unknown => new SMTPServer(handler as Handler);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`handler: ${why}`);
  });

  it('none, or one with members of its own and a hook, is a handler', () => {
    expect(new SMTPServer({}).connectionCount).toBe(0);
    expect(new SMTPServer({ state: 1 } as Handler).connectionCount).toBe(0);
    expect(warnings({ limits: 3, handleRCPT: nothing })).toEqual([]);
  });
});
