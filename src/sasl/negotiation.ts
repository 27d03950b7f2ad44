/**
 * One attempt as a text protocol sees it (RFC 4954 section 4, the same in IMAP and POP3): base64 lines in, outcomes out.
 * What all mechanisms have in common: strict base64, `*`, `=`, limits, the last round after a final message, and that
 * every error ends in a failure.
 */

import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Failure, failure } from './failures.ts';
import { isThenable, MisuseError } from './state-machine.ts';
import type { Exchange, Mechanism, SASLContext, Step, Success } from './mechanism.ts';

/** What to do next. */
export type Outcome = ChallengeLine | Success | Failure;

export interface ChallengeLine {
  readonly status: 'challenge';
  /** Base64 for the client, without the protocol's own prefix; it may be empty. */
  readonly text: string;
  /** The attempt has failed, and this tells the client why: count it now, as the client may not stay to answer. */
  readonly failure?: Failure;
}

/** Characters of base64 that one line may hold (RFC 4954 section 4). */
export const LINE_LIMIT = 12_288;

const EMPTY = new Uint8Array(0);

/**
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const hooks = { authenticator: ({ authcid, password }) => authcid === 'tim' && password === 'tanstaaftanstaaf' };
 * const attempt = new sasl.Negotiation(sasl.plain(), { hooks });
 * assert(attempt.begin().text === ''); // 334, then a space
 * const outcome = attempt.respond('AHRpbQB0YW5zdGFhZnRhbnN0YWFm');
 * assert(outcome.status === 'success' && outcome.identity.identity === 'tim');
 */
export class Negotiation {
  readonly mechanism: Mechanism;
  private readonly context: SASLContext;
  private exchange: Exchange | undefined;
  /** Begun and neither waiting for a hook nor ended: a response may come. */
  private open = false;
  private begun = false;
  private ended = false;
  /** The success, held until the client has answered the final message. */
  private withheld: Success | undefined;
  /** The failure, held while the client is told why; an answer or `*` ends the attempt with it. */
  private decided: Failure | undefined;

  constructor(mechanism: Mechanism, context: SASLContext) {
    this.mechanism = mechanism;
    this.context = context;
  }

  /**
   * Begins.
   *
   * @param initial the initial response as it stands in the command, `=` for an empty one; undefined when there is none.
   * @returns at once what hooks answer at once, else a promise, which never rejects.
   * @throws MisuseError when called twice.
   */
  begin(initial?: string | Uint8Array): Outcome | PromiseLike<Outcome> {
    if (this.begun) throw new MisuseError('the negotiation has begun already');
    this.begun = true;
    if (initial === undefined) return this.run(undefined);
    if (isCharacter(initial, '=')) return this.run(EMPTY);
    return initial.length === 0 ? this.fail(failure('malformed')) : this.decode(initial);
  }

  /**
   * Goes on with a line of the client, without its CRLF.
   *
   * @throws MisuseError before `begin`, while a promise is pending, and after the end.
   */
  respond(line: string | Uint8Array): Outcome | PromiseLike<Outcome> {
    if (!this.open) throw new MisuseError('no response is due');
    if (this.decided !== undefined) return this.fail(this.decided);
    if (isCharacter(line, '*')) return this.fail(failure('cancelled'));
    if (this.withheld === undefined) return this.decode(line);
    const { withheld } = this;
    if (line.length > 0) return this.fail(failure('unexpected-response'));
    this.end();
    return withheld;
  }

  /** Ends the attempt because the connection is closed. What a hook still answers is ignored. */
  abandon(): void {
    this.begun = true;
    this.end();
  }

  private decode(line: string | Uint8Array): Outcome | PromiseLike<Outcome> {
    if (line.length > LINE_LIMIT) return this.fail(failure('too-long'));
    const octets = decodeBase64(line);
    return octets === undefined ? this.fail(failure('not-base64')) : this.run(octets);
  }

  private run(response: Uint8Array | undefined): Outcome | PromiseLike<Outcome> {
    this.open = false;
    const failed = (error: unknown): Failure => this.fail(failure('mechanism-failed', error));
    try {
      this.exchange ??= this.mechanism.start(this.context);
      const step = this.exchange.step(response);
      if (!isThenable(step)) return this.take(step);
      return Promise.resolve(step)
        .then((settled) => this.take(settled))
        .catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  private take(step: Step): Outcome {
    if (this.ended) return failure('cancelled');
    if (step.status === 'challenge') {
      this.decided = step.failure;
      return this.challenge(step.octets, step.failure);
    }
    if (step.status === 'failure') return this.fail(step);
    if (step.status !== 'success') throw new TypeError('a mechanism made a step that is none');
    if (step.final === undefined) {
      this.end();
      return step;
    }
    this.withheld = { status: 'success', identity: step.identity };
    return this.challenge(step.final);
  }

  private challenge(octets: Uint8Array, failed?: Failure): Outcome {
    const text = encodeBase64(octets);
    this.open = true;
    return failed === undefined
      ? { status: 'challenge', text }
      : { status: 'challenge', text, failure: failed };
  }

  private fail(outcome: Failure): Failure {
    this.end();
    return outcome;
  }

  private end(): void {
    this.ended = true;
    this.open = false;
    this.exchange = undefined;
    this.withheld = undefined;
    this.decided = undefined;
  }
}

function isCharacter(line: string | Uint8Array, character: string): boolean {
  return line.length === 1 && (typeof line === 'string' ? line : String.fromCharCode(line[0]!)) === character;
}
