import { formatReply } from '../api/reply.ts';
import type { Settings } from '../api/options/options.ts';
import { REPLIES } from './replies.ts';

const USED_UP = {
  junkCommands: REPLIES.tooManyCommands,
  unknownCommands: REPLIES.tooManyUnknown,
  errors: REPLIES.tooManyErrors,
  refusals: REPLIES.tooManyErrors,
  deferrals: REPLIES.tooManyErrors,
  authFailures: REPLIES.authTooOften,
} as const;

/** What one connection can use up: each is the name of its limit. */
export type Budget = keyof typeof USED_UP;

/** Who ends the connection when a budget is used up. */
interface Dismissing {
  dismiss(reply: string): void;
}

/** Everything that is counted against one connection. */
export class Budgets implements Record<Budget, number> {
  junkCommands = 0;
  unknownCommands = 0;
  errors = 0;
  refusals = 0;
  deferrals = 0;
  authFailures = 0;
  private calls: Map<string, number> | undefined;
  private readonly settings: Settings;
  private readonly session: Dismissing;

  constructor(settings: Settings, session: Dismissing) {
    this.settings = settings;
    this.session = session;
  }

  /** Counts one use; false when it was one too many, and the connection has been ended with 421. */
  spend(budget: Budget): boolean {
    if (this.count(budget)) return true;
    this.session.dismiss(USED_UP[budget]);
    return false;
  }

  /** Counts one use; false when it was one too many. */
  count(budget: Budget): boolean {
    const used = ++this[budget];
    const limit = this.settings.limits[budget];
    // A command without a message is counted before it runs, the others after they have failed.
    return budget === 'junkCommands' ? used <= limit : used < limit;
  }

  /** Counts a command against `commandCallLimit`; false when the connection has been ended with 421. */
  spendCall(verb: string): boolean {
    const limits = this.settings.commandCallLimit;
    const limit = limits?.get(verb) ?? limits?.get('*');
    if (limit === undefined) return true;
    this.calls ??= new Map();
    const count = (this.calls.get(verb) ?? 0) + 1;
    this.calls.set(verb, count);
    if (count <= limit) return true;
    const text = `${verb} sent too many times`;
    this.session.dismiss(formatReply({ code: 421, enhanced: '4.7.0', text }));
    return false;
  }

  /** A message was accepted: commands that brought none are forgiven, and recipients that were refused. */
  forgive(): void {
    this.junkCommands = 0;
    this.refusals = 0;
    this.deferrals = 0;
  }
}
