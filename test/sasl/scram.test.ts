import { describe, expect, it } from 'vitest';
import { type SASLContext, scramCredentialsOf, scramSHA256, type StoredScram } from '../../src/sasl/index.ts';
import { dialogue } from './support.ts';

/** The exchange of RFC 7677 section 3. */
const RFC = {
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  final:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};
const pencil = await scramCredentialsOf('pencil', { salt: RFC.salt, iterations: 4096 });

function lookup(name: string): StoredScram | undefined {
  return name === 'user' ? pencil : undefined;
}

const context: SASLContext = { hooks: { scramCredentials: lookup } };
const rfcMechanism = scramSHA256({ nonce: () => RFC.serverNonce });
const user = { mechanism: 'SCRAM-SHA-256', authcid: 'user', authzid: null, identity: 'user' };

describe('SCRAM-SHA-256 (rule 66)', () => {
  it('speaks the exchange of RFC 7677 section 3', async () => {
    expect(await dialogue(rfcMechanism, context, RFC.first, RFC.final)).toEqual([
      { challenge: RFC.serverFirst },
      { ...user, final: RFC.serverFinal },
    ]);
  });
});
