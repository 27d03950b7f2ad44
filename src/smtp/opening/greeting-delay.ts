import type { Dialogue } from '../engine/exchange.ts';
import type { Input } from '../engine/reader.ts';
import { REPLIES } from '../engine/replies.ts';

/** The pause before the greeting: a client that does not wait for it does not listen later either (RFC 5321 4.3.1). */
export class GreetingPause implements Input {
  readonly phase = 'command';
  readonly onTimeout = '';
  readonly full = false;
  readonly passed: () => void;
  private readonly dialogue: Dialogue;
  private readonly until: number;

  /** @param passed called when the pause is over and the client has kept quiet. */
  constructor(dialogue: Dialogue, until: number, passed: () => void) {
    this.dialogue = dialogue;
    this.until = until;
    this.passed = passed;
  }

  read(chunk: Buffer): number {
    this.dialogue.note('early-talker', 'the client did not wait for the greeting');
    this.dialogue.reply(REPLIES.earlyTalker);
    this.dialogue.close('not-smtp');
    return chunk.length;
  }

  deadline(): number {
    return this.until;
  }
}
