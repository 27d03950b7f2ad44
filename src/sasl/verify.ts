/** Asks hooks and turns their answers into steps. Only `true` and `{ authenticated: true }` let a client in. */

import type { Account, Credentials, Verdict } from './hooks.ts';
import { accept, isThenable, type Move, refuse } from './state-machine.ts';
import type { Identity, SASLContext } from './mechanism.ts';

/** Who the client claims to be. `authcid` is null when only the hook can tell. */
export interface Claim {
  readonly mechanism: string;
  readonly authcid: string | null;
  readonly authzid: string | null;
}

/**
 * Has `authenticator` check credentials.
 *
 * @param refused makes the move for wrong credentials; default: a failure without details.
 */
export function verify(
  context: SASLContext,
  claim: Claim,
  credentials: Credentials,
  refused: (oauthStatus?: string) => Move = () => refuse('wrong-credentials'),
): Move | PromiseLike<Move> {
  const { hooks, session } = context;
  return callHook<Verdict>(
    () => {
      if (hooks.authenticator === undefined) throw new TypeError('there is no authenticator');
      return hooks.authenticator(credentials, session);
    },
    (verdict) => {
      if (verdict === true) return resolveIdentity(context, claim, {});
      if (verdict === false) return refused();
      const answer: unknown = (verdict as Partial<Exclude<Verdict, boolean>> | null | undefined)
        ?.authenticated;
      if (answer === true) return resolveIdentity(context, claim, verdict as Account);
      if (answer !== false) {
        return refuse(
          'hook-failed',
          new TypeError('authenticator: true, false or { authenticated } is expected'),
        );
      }
      const { temporary, oauthStatus } = verdict as { temporary?: boolean; oauthStatus?: string };
      return temporary === true ? refuse('unavailable') : refused(oauthStatus);
    },
  );
}

/** The move for right credentials: decides whom the client acts as, and asks `authorize` where that is somebody else. */
export function resolveIdentity(
  context: SASLContext,
  claim: Claim,
  account: Account,
  final?: Uint8Array,
): Move | PromiseLike<Move> {
  const { mechanism, authzid } = claim;
  const { identity, data } = account;
  const authcid = claim.authcid ?? identity ?? authzid;
  if (authcid === null || (identity !== undefined && (typeof identity !== 'string' || identity === ''))) {
    return refuse('hook-failed', new TypeError('the hook must name an identity: nobody else does'));
  }
  const done = (actAs: string): Move => {
    const result: Identity = { mechanism, authcid, authzid, identity: actAs };
    return accept(data === undefined ? result : { ...result, data }, final);
  };
  if (identity !== undefined) return done(identity);
  if (authzid === null || authzid === authcid) return done(authcid);
  const { hooks, session } = context;
  if (hooks.authorize === undefined) return refuse('not-authorized');
  return callHook(
    () => hooks.authorize!({ mechanism, authcid, authzid }, session),
    (allowed) => (allowed === true ? done(authzid) : refuse('not-authorized')),
  );
}

/** Calls a hook; what it throws or rejects with is a temporary failure. */
export function callHook<T>(
  call: () => T | PromiseLike<T>,
  go: (value: T) => Move | PromiseLike<Move>,
): Move | PromiseLike<Move> {
  let value: T | PromiseLike<T>;
  try {
    value = call();
  } catch (error) {
    return refuse('hook-failed', error);
  }
  if (!isThenable(value)) return go(value);
  return Promise.resolve(value).then(go, (error: unknown) => refuse('hook-failed', error));
}
