import { describe, expect, it } from 'vitest';
import {
  type ChannelBindings,
  type Mechanism,
  type SASLContext,
  scramCredentialsOf,
  scramSHA256,
  scramSHA256Plus,
} from '../../src/sasl/index.ts';
import { dialogue, ScramClient, shown, text } from './support.ts';

const pencil = await scramCredentialsOf('pencil', { iterations: 4096 });
const exported = Buffer.from('0123456789abcdef0123456789abcdef');
const endPoint = Buffer.from('the hash of the certificate');
const channelBindings: ChannelBindings = {
  types: ['tls-exporter', 'tls-server-end-point'],
  data: (type) => ({ 'tls-exporter': exported, 'tls-server-end-point': endPoint })[type],
};
const clear: SASLContext = { hooks: { scramCredentials: () => pencil }, offered: ['SCRAM-SHA-256'] };
const bound: SASLContext = { ...clear, channelBindings, offered: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] };

async function attempt(
  mechanism: Mechanism,
  context: SASLContext,
  flag: string,
  binding?: Uint8Array,
): Promise<unknown> {
  const client = new ScramClient({ name: 'user', password: 'pencil', flag, ...(binding ? { binding } : {}) });
  const exchange = mechanism.start(context);
  const challenge = await exchange.step(Buffer.from(client.first));
  if (challenge.status !== 'challenge') return shown(challenge);
  const step = await exchange.step(Buffer.from(client.final(text(challenge.octets))));
  if (step.status !== 'success') return shown(step);
  expect(client.believes(text(step.final!))).toBe(true);
  return step.identity.mechanism;
}

describe('channel binding (RFC 5802 section 6, rule 66)', () => {
  it.each<[string, Mechanism, SASLContext, string, Uint8Array | undefined, string]>([
    ['PLUS with tls-exporter', scramSHA256Plus(), bound, 'p=tls-exporter', exported, 'SCRAM-SHA-256-PLUS'],
    [
      'PLUS with tls-server-end-point',
      scramSHA256Plus(),
      bound,
      'p=tls-server-end-point',
      endPoint,
      'SCRAM-SHA-256-PLUS',
    ],
    [
      'PLUS on another channel',
      scramSHA256Plus(),
      bound,
      'p=tls-exporter',
      Buffer.alloc(32),
      'credentials: channel-binding',
    ],
    [
      'PLUS with the data of the other type',
      scramSHA256Plus(),
      bound,
      'p=tls-exporter',
      endPoint,
      'credentials: channel-binding',
    ],
    [
      'PLUS without data',
      scramSHA256Plus(),
      bound,
      'p=tls-exporter',
      undefined,
      'credentials: channel-binding',
    ],
    [
      'PLUS with more data',
      scramSHA256Plus(),
      bound,
      'p=tls-exporter',
      Buffer.concat([exported, exported]),
      'credentials: channel-binding',
    ],
    [
      'PLUS with a type that is not there',
      scramSHA256Plus(),
      bound,
      'p=tls-unique',
      exported,
      'credentials: channel-binding-type',
    ],
    [
      'PLUS with the type in another case',
      scramSHA256Plus(),
      bound,
      'p=TLS-EXPORTER',
      exported,
      'credentials: channel-binding-type',
    ],
    [
      'PLUS in the clear',
      scramSHA256Plus(),
      clear,
      'p=tls-exporter',
      exported,
      'credentials: channel-binding-type',
    ],
    ['PLUS that says n', scramSHA256Plus(), bound, 'n', undefined, 'protocol: malformed'],
    ['PLUS that says y', scramSHA256Plus(), bound, 'y', undefined, 'protocol: malformed'],
    ['p= without PLUS', scramSHA256(), bound, 'p=tls-exporter', exported, 'protocol: malformed'],
    ['n where PLUS is offered', scramSHA256(), bound, 'n', undefined, 'SCRAM-SHA-256'],
    ['y where PLUS is not offered', scramSHA256(), clear, 'y', undefined, 'SCRAM-SHA-256'],
    [
      'y where PLUS is offered: a downgrade',
      scramSHA256(),
      bound,
      'y',
      undefined,
      'credentials: channel-binding-downgrade',
    ],
    ['n with data', scramSHA256(), clear, 'n', exported, 'credentials: channel-binding'],
  ])('%s', async (_name, mechanism, context, flag, binding, expected) => {
    expect(await attempt(mechanism, context, flag, binding)).toBe(expected);
  });

  it('whoever changes n into y under way is found out by c=', async () => {
    const client = new ScramClient({ name: 'user', password: 'pencil', flag: 'y' });
    const exchange = scramSHA256().start(clear);
    const challenge = await exchange.step(Buffer.from(client.first.replace('y,', 'n,')));
    if (challenge.status !== 'challenge') throw new Error('a challenge was due');
    expect(shown(await exchange.step(Buffer.from(client.final(text(challenge.octets)))))).toBe(
      'credentials: channel-binding',
    );
  });

  it('PLUS is usable only with bindings', () => {
    expect(scramSHA256Plus().usable(bound)).toBe(true);
    expect(scramSHA256Plus().usable(clear)).toBe(false);
    expect(scramSHA256Plus().usable({ ...clear, channelBindings: { ...channelBindings, types: [] } })).toBe(
      false,
    );
    expect(scramSHA256Plus().usable({ hooks: {}, channelBindings })).toBe(false);
  });

  it('PLUS asks by an empty challenge, too', async () => {
    expect(await dialogue(scramSHA256Plus(), bound, undefined, 'n')).toEqual([
      { challenge: '' },
      'protocol: malformed',
    ]);
  });
});
