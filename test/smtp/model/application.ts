import type { Envelope } from '../../../src/smtp/api/envelope.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { HookReply } from '../../../src/smtp/api/reply.ts';
import { type Decision, decide, knows, type Setup, type Stored } from './setup.ts';

/** When a hook answers. It must make no difference. */
export const TIMINGS = ['sync', 'promise', 'tick', 'thenable', 'twice'] as const;
export type Timing = (typeof TIMINGS)[number];

/** The application under the conversation: it decides as `setup` says, at the moments that `timings` say. */
export class Application {
  readonly stored: Stored[] = [];
  /** Hooks that are waiting for their deadline to pass. */
  stuck: (() => void)[] = [];
  closes = 0;
  /** What was called after the end. */
  late: string[] = [];
  readonly handler: Handler;
  private readonly setup: Setup;
  private readonly timings: readonly Timing[];
  private calls = 0;

  constructor(setup: Setup, timings: readonly Timing[]) {
    this.setup = setup;
    this.timings = timings;
    this.handler = this.hooks();
  }

  authenticator = (credentials: { kind: string; authcid?: string | null; password?: string }): never =>
    this.timed('authenticator', () => {
      const { authcid, password } = credentials;
      if (authcid === 'boom') throw new Error('boom');
      return knows(authcid ?? '', password ?? '');
    }) as never;

  private hooks(): Handler {
    const { setup } = this;
    const by =
      (name: string) =>
      (_server: unknown, _session: unknown, _envelope: unknown, text = ''): never =>
        this.answer(name, decide(text)) as never;
    const content: Handler =
      setup.takes === 'buffer'
        ? { handleDATA: (_server, _session, envelope) => this.store(envelope, envelope.content!) as never }
        : {
            handleContent: (_server, _session, envelope, pieces) =>
              (setup.takes === 'stream'
                ? this.read(envelope, pieces)
                : this.timed('content', () => undefined)) as never,
          };
    return {
      ...content,
      handlePROXY: () => this.timed('handlePROXY', () => setup.header?.served === true) as never,
      handleConnect: () => this.answer('handleConnect', setup.connect) as never,
      handleHELO: by('handleHELO'),
      handleEHLO: by('handleEHLO'),
      handleMAIL: by('handleMAIL'),
      handleRCPT: by('handleRCPT'),
      handleNOOP: by('handleNOOP'),
      handleVRFY: by('handleVRFY'),
      handleEXPN: by('handleEXPN'),
      handleHELP: by('handleHELP'),
      handleRSET: () => this.answer('handleRSET', setup.reset) as never,
      handleQUIT: () => this.answer('handleQUIT', setup.quit) as never,
      handleClose: () => void this.closes++,
    };
  }

  private async read(envelope: Envelope, content: AsyncIterable<Buffer>): Promise<unknown> {
    const pieces: Buffer[] = [];
    for await (const piece of content) pieces.push(piece);
    return this.store(envelope, Buffer.concat(pieces));
  }

  private store(envelope: Envelope, octets: Buffer): unknown {
    const content = octets.toString('latin1');
    const from = wire(envelope.sender?.raw ?? '');
    const to = envelope.recipients.map(({ raw }) => wire(raw));
    return this.answer('content', decide(content), (ok) => {
      if (ok) this.stored.push({ from, to, content });
    });
  }

  private answer(name: string, decision: Decision, before = (_ok: boolean): void => {}): unknown {
    if (decision === 'never') {
      if (this.closes > 0) this.late.push(name);
      return new Promise((resolve, reject) => {
        const settle = this.calls++ % 2 === 0 ? resolve : reject;
        this.stuck.push(() => settle(new Error('too late')));
      });
    }
    return this.timed(name, () => {
      before(decision === 'ok');
      return replyOf(decision);
    });
  }

  private timed(name: string, make: () => unknown): unknown {
    if (this.closes > 0) this.late.push(name);
    const timing = this.timings[this.calls++ % this.timings.length] ?? 'sync';
    if (timing === 'sync') return make();
    if (timing === 'promise') return Promise.resolve().then(make);
    if (timing === 'tick') return new Promise((resolve) => setImmediate(resolve)).then(make);
    return thenable(make, timing === 'twice');
  }
}

function replyOf(decision: Decision): HookReply {
  if (decision === 'deny') return '550 5.7.1 No';
  if (decision === 'later') return { code: 450, text: ['Later', 'not now'] };
  if (decision === 'gone') return '421 4.3.2 Gone';
  if (decision === 'odd') return 42 as unknown as HookReply;
  if (decision === 'fail') throw new Error('the hook fails');
  return undefined;
}

/** A promise by name only; it may settle twice, and throw after it has settled. */
function thenable(make: () => unknown, twice: boolean): unknown {
  const settle = (done: (value: unknown) => void, failed: (error: unknown) => void): void => {
    try {
      done(make());
    } catch (error) {
      failed(error);
    }
    if (!twice) return;
    failed(new Error('settled a second time'));
    throw new Error('and thrown');
  };
  // oxlint-disable-next-line unicorn/no-thenable
  return { then: settle };
}

/** Octets of text as latin1. */
function wire(text: string): string {
  return Buffer.from(text).toString('latin1');
}
