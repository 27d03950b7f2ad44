import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clientFirst,
  cramMD5,
  type FailureCode,
  FAILURE_CODES,
  login,
  type Mechanism,
  mechanisms,
  MisuseError,
  Negotiation,
  oauthBearer,
  type Outcome,
  plain,
  type SASLContext,
  scramCredentialsOf,
  scramSHA256,
  scramSHA256Plus,
  type Step,
} from '../../src/sasl/index.ts';
import { base64, ScramClient } from './support.ts';

const pencil = await scramCredentialsOf('pencil', { iterations: 4096 });
const binding = { types: ['tls-exporter'], data: () => Buffer.from('channel') };
const context: SASLContext = {
  hooks: {
    authenticator: (credentials) => credentials.kind === 'password' && credentials.password === 'secret',
    scramCredentials: (name) => (name === 'user' ? pencil : undefined),
  },
};
const tim = {
  status: 'success',
  identity: { mechanism: 'PLAIN', authcid: 'tim', authzid: null, identity: 'tim' },
};

function custom(step: () => unknown): Mechanism {
  return {
    name: 'X-TEST',
    clientFirst: true,
    plaintext: false,
    usable: () => true,
    start: () => ({ step: step as () => Step }),
  };
}

function brief(outcome: Outcome): string {
  if (outcome.status === 'challenge') return `+ ${outcome.text}`;
  return outcome.status === 'failure' ? outcome.code : `ok ${outcome.identity.identity}`;
}

/** Runs a negotiation to its end; the first line is the initial response. */
async function run(
  mechanism: Mechanism,
  around: SASLContext,
  ...lines: readonly (string | undefined)[]
): Promise<string[]> {
  const attempt = new Negotiation(mechanism, around);
  const outcomes: string[] = [];
  for (const [index, line] of lines.entries()) {
    const outcome = await (index === 0 ? attempt.begin(line) : attempt.respond(line!));
    outcomes.push(brief(outcome));
    if (outcome.status !== 'challenge') break;
  }
  return outcomes;
}

describe('a negotiation (rules 62 and 63)', () => {
  const spoken = { PLAIN: plain(), LOGIN: login(), 'CRAM-MD5': cramMD5() };

  it.each<[keyof typeof spoken, (string | undefined)[], string[]]>([
    ['PLAIN', [base64('\0tim\0secret')], ['ok tim']],
    ['PLAIN', [undefined, base64('\0tim\0secret')], ['+ ', 'ok tim']],
    ['PLAIN', ['='], ['malformed']],
    ['PLAIN', [undefined, ''], ['+ ', 'malformed']],
    ['PLAIN', [''], ['malformed']],
    ['PLAIN', [undefined, '*'], ['+ ', 'cancelled']],
    ['PLAIN', ['*'], ['not-base64']],
    ['PLAIN', [undefined, '='], ['+ ', 'not-base64']],
    ['PLAIN', ['AHRpbQBzZWNyZXQ'], ['not-base64']],
    ['PLAIN', ['AHRpbQBzZWNyZXQ= '], ['not-base64']],
    ['PLAIN', [' AHRpbQBzZWNyZXQ='], ['not-base64']],
    ['PLAIN', ['A'.repeat(12_288)], ['malformed']],
    ['PLAIN', ['A'.repeat(12_289)], ['too-long']],
    ['LOGIN', [undefined, base64('tim'), base64('secret')], ['+ VXNlcm5hbWU6', '+ UGFzc3dvcmQ6', 'ok tim']],
    ['LOGIN', [base64('tim'), base64('secret')], ['+ UGFzc3dvcmQ6', 'ok tim']],
    ['LOGIN', [undefined, base64('tim'), '*'], ['+ VXNlcm5hbWU6', '+ UGFzc3dvcmQ6', 'cancelled']],
    ['LOGIN', ['='], ['malformed']],
    ['CRAM-MD5', ['='], ['unexpected-initial-response']],
    ['CRAM-MD5', [base64('tim x')], ['unexpected-initial-response']],
  ])('%s answers %j with %j', async (name, lines, expected) => {
    const around = { hooks: { ...context.hooks, cramSecret: () => 'secret' } };
    expect(await run(spoken[name], around, ...lines)).toEqual(expected);
  });

  it('takes octets like characters', async () => {
    const attempt = new Negotiation(plain(), context);
    expect(attempt.begin()).toEqual({ status: 'challenge', text: '' });
    expect(attempt.respond(Buffer.from(base64('\0tim\0secret')))).toEqual(tim);
    expect(new Negotiation(plain(), context).begin(Buffer.from('='))).toMatchObject({ code: 'malformed' });
  });
});

describe('the round after a final message', () => {
  async function upToFinal(): Promise<{ attempt: Negotiation; outcome: Outcome }> {
    const client = new ScramClient({ name: 'user', password: 'pencil' });
    const attempt = new Negotiation(scramSHA256(), context);
    const challenge = await attempt.begin(base64(client.first));
    if (challenge.status !== 'challenge') throw new Error('a challenge was due');
    const final = client.final(Buffer.from(challenge.text, 'base64').toString());
    const outcome = await attempt.respond(base64(final));
    expect(client.believes(Buffer.from((outcome as { text: string }).text, 'base64').toString())).toBe(true);
    return { attempt, outcome };
  }

  it('success waits for an empty response', async () => {
    const { attempt, outcome } = await upToFinal();
    expect(outcome.status).toBe('challenge');
    expect(attempt.respond('')).toEqual({
      status: 'success',
      identity: { mechanism: 'SCRAM-SHA-256', authcid: 'user', authzid: null, identity: 'user' },
    });
  });

  it.each([
    ['*', 'cancelled'],
    ['AQ==', 'unexpected-response'],
    ['=', 'unexpected-response'],
    [' ', 'unexpected-response'],
  ])('%j is a failure: %s', async (line, code) => {
    const { attempt } = await upToFinal();
    expect(attempt.respond(line)).toMatchObject({ status: 'failure', code });
    expect(() => attempt.respond('')).toThrow(MisuseError);
  });
});

describe('a challenge that tells why the exchange has failed', () => {
  const message = base64('n,a=u,\u0001auth=Bearer guess\u0001\u0001');

  it.each(['AQ==', '', '*', '=', 'not base64', message, 'A'.repeat(20_000)])(
    'answered by %j is a failure of credentials, to be counted as one',
    (line) => {
      const attempt = new Negotiation(oauthBearer(), context);
      expect(attempt.begin(message)).toEqual({
        status: 'challenge',
        text: base64('{"status":"invalid_token"}'),
        failure: expect.objectContaining({ reason: 'credentials', code: 'wrong-credentials' }) as unknown,
      });
      expect(attempt.respond(line)).toMatchObject({ reason: 'credentials', code: 'wrong-credentials' });
      expect(() => attempt.respond(message)).toThrow(MisuseError);
    },
  );
});

describe('misuse', () => {
  it('of a negotiation throws, and lets nobody in', async () => {
    const attempt = new Negotiation(plain(), context);
    expect(() => attempt.respond('')).toThrow(MisuseError);
    expect(attempt.begin()).toEqual({ status: 'challenge', text: '' });
    expect(() => attempt.begin()).toThrow(MisuseError);
    expect(attempt.respond(base64('\0tim\0wrong'))).toMatchObject({ code: 'wrong-credentials' });
    expect(() => attempt.respond(base64('\0tim\0secret'))).toThrow(MisuseError);
  });

  it('of one that waits for a hook throws', async () => {
    const slow = {
      hooks: { authenticator: () => new Promise<boolean>((resolve) => setImmediate(resolve, true)) },
    };
    const attempt = new Negotiation(plain(), slow);
    const pending = attempt.begin(base64('\0tim\0secret'));
    expect(() => attempt.respond(base64('\0tim\0secret'))).toThrow(MisuseError);
    expect(await pending).toEqual(tim);
  });

  it.each([
    ['PLAIN', plain(), ['\0tim\0secret']],
    ['LOGIN', login(), ['tim', 'secret']],
    ['SCRAM-SHA-256', scramSHA256(), ['broken']],
    ['OAUTHBEARER', oauthBearer(), ['n,,\u0001auth=Bearer x\u0001\u0001', '\u0001']],
  ] as const)('of an exchange of %s after its end throws', async (_name, mechanism, responses) => {
    const exchange = mechanism.start(context);
    let step: Step | undefined;
    for (const response of responses) step = await exchange.step(Buffer.from(response));
    expect(step!.status).not.toBe('challenge');
    expect(() => exchange.step(Buffer.from(responses[0]))).toThrow(MisuseError);
  });

  it('of an exchange that waits for a response throws', () => {
    const exchange = plain().start(context);
    exchange.step(undefined);
    expect(() => exchange.step(undefined)).toThrow(MisuseError);
  });

  it('after abandon nothing comes of it, not even from a hook that says yes later', async () => {
    let settle: (verdict: boolean) => void = () => {};
    const slow = { hooks: { authenticator: () => new Promise<boolean>((resolve) => (settle = resolve)) } };
    const attempt = new Negotiation(plain(), slow);
    const pending = attempt.begin(base64('\0tim\0secret'));
    attempt.abandon();
    settle(true);
    expect(await pending).toMatchObject({ status: 'failure', code: 'cancelled' });
    expect(() => attempt.respond('')).toThrow(MisuseError);
    expect(() => attempt.begin()).toThrow(MisuseError);
  });
});

describe('a mechanism that misbehaves is a temporary failure', () => {
  const error = new Error('a bug');
  it.each<[string, Mechanism]>([
    [
      'throws',
      custom(() => {
        throw error;
      }),
    ],
    ['rejects', custom(() => Promise.reject(error))],
    [
      'cannot start',
      {
        ...custom(() => 0),
        start: () => {
          throw error;
        },
      },
    ],
  ])('%s', async (_name, mechanism) => {
    expect(await new Negotiation(mechanism, context).begin('=')).toMatchObject({
      status: 'failure',
      reason: 'temporary',
      code: 'mechanism-failed',
      error,
    });
  });

  it.each([undefined, null, {}, { status: 'ok' }])('steps by %j', async (step) => {
    for (const give of [() => step, () => Promise.resolve(step)]) {
      const outcome = await new Negotiation(custom(give), context).begin('=');
      expect(outcome).toMatchObject({ reason: 'temporary', code: 'mechanism-failed' });
    }
  });
});

describe('every failure code is met', () => {
  const scram =
    (flag: string, mechanism: Mechanism, around: SASLContext, edit = (text: string) => text) =>
    async () => {
      const client = new ScramClient({
        name: 'user',
        password: 'pencil',
        flag,
        binding: Buffer.from('other'),
      });
      const attempt = new Negotiation(mechanism, around);
      const challenge = await attempt.begin(base64(client.first));
      if (challenge.status !== 'challenge') return [brief(challenge)];
      const final = edit(client.final(Buffer.from(challenge.text, 'base64').toString()));
      return [brief(await attempt.respond(base64(final)))];
    };
  const plus = { ...context, channelBindings: binding };
  const elsewhere = { hooks: { authenticator: () => true }, service: { hosts: ['mx.test'] } };
  const begin =
    (message: string, around: SASLContext, mechanism = plain()) =>
    () =>
      run(mechanism, around, base64(message));

  const causes: Record<FailureCode, () => Promise<string[]>> = {
    cancelled: () => run(plain(), context, undefined, '*'),
    'not-base64': () => run(plain(), context, '?'),
    'too-long': () => run(plain(), context, 'A'.repeat(20_000)),
    'unexpected-initial-response': () => run(cramMD5(), context, '='),
    'unexpected-response': () =>
      run(
        custom(() => ({ status: 'success', identity: tim.identity, final: Buffer.from('v') })),
        context,
        '=',
        'AQ==',
      ),
    malformed: begin('', context),
    'not-utf8': () => run(plain(), context, base64(Buffer.from([0xff]))),
    'mandatory-extension': begin('n,,m=x,n=user,r=abc', context, scramSHA256()),
    'wrong-credentials': begin('\0tim\0wrong', context),
    'not-authorized': begin('boss\0tim\0secret', context),
    unprepared: begin('\0tim\0\u0007', context),
    nonce: scram('n', scramSHA256(), context, (text) => text.replace(',r=', ',r=x')),
    'channel-binding': scram('p=tls-exporter', scramSHA256Plus(), plus),
    'channel-binding-type': scram('p=tls-unique', scramSHA256Plus(), {
      ...plus,
      channelBindings: { types: ['tls-exporter'], data: () => undefined },
    }),
    'channel-binding-downgrade': scram('y', scramSHA256(), { ...context, offered: ['SCRAM-SHA-256-PLUS'] }),
    'wrong-service': begin(
      'n,a=u,\u0001host=other.test\u0001auth=Bearer x\u0001\u0001',
      elsewhere,
      oauthBearer(),
    ),
    'hook-failed': begin('\0tim\0secret', { hooks: {} }),
    'mechanism-failed': () =>
      run(
        custom(() => undefined),
        context,
        '=',
      ),
    unavailable: begin('\0t\0p', {
      hooks: { authenticator: () => ({ authenticated: false, temporary: true }) },
    }),
  };

  it.each(Object.keys(FAILURE_CODES) as FailureCode[])('%s', async (code) => {
    expect((await causes[code]()).at(-1)).toBe(code);
  });
});

it('no sequence of lines lets anybody in who does not know the secret', async () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.base64String({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map(base64),
    fc.constantFrom('*', '=', '', base64('\0tim\0guess'), base64('n,,n=user,r=abc'), base64('tim')),
    fc.constantFrom(
      base64('n,,\u0001auth=Bearer guess\u0001\u0001'),
      base64('user=t\u0001auth=Bearer g\u0001\u0001'),
    ),
  );
  const names = [...mechanisms({ cramMD5: true }).keys()];
  const around: SASLContext = {
    hooks: { ...context.hooks, cramSecret: () => 'a secret' },
    channelBindings: binding,
    certificate: { source: 'tls', commonName: 'printer', subject: 'CN=printer' },
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.option(line, { nil: undefined }),
      fc.array(line, { maxLength: 5 }),
      async (name, initial, lines) => {
        const outcomes = await run(mechanisms({ cramMD5: true }).get(name)!, around, initial, ...lines);
        expect(
          outcomes.filter((outcome) => outcome.startsWith('ok') || outcome === 'mechanism-failed'),
        ).toEqual([]);
      },
    ),
    { seed: 4422, numRuns: 1500 },
  );
});

it('a mechanism of three rounds keeps its order', async () => {
  const said: string[] = [];
  const counting: Mechanism = {
    ...custom(() => undefined),
    start: () =>
      clientFirst((first) => {
        said.push(String(first));
        return {
          step: { status: 'challenge', octets: Buffer.from('one') },
          next: (second) => {
            said.push(String(second));
            return { step: { status: 'success', identity: tim.identity } };
          },
        };
      }),
  };
  expect(await run(counting, context, undefined, base64('a'), base64('b'))).toEqual([
    '+ ',
    '+ b25l',
    'ok tim',
  ]);
  expect(said).toEqual(['a', 'b']);
});
