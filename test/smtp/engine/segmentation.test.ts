import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { greeted, settled } from '../harness.ts';

interface Outcome {
  transcript: string;
  messages: string[];
  closed: string | undefined;
}

type Flavour = 'buffer' | 'promise' | 'stream';

function handlerOf(flavour: Flavour, messages: string[]): Handler {
  if (flavour === 'stream') {
    return {
      async handleContent(_server, _session, _envelope, content) {
        const pieces: Buffer[] = [];
        for await (const piece of content) pieces.push(piece);
        messages.push(Buffer.concat(pieces).toString('latin1'));
      },
    };
  }
  return {
    handleDATA(_server, _session, envelope) {
      messages.push(envelope.content!.toString('latin1'));
      return flavour === 'promise' ? Promise.resolve() : undefined;
    },
  };
}

async function run(
  wire: Buffer,
  cuts: number[],
  flavour: Flavour,
  options: SMTPServerOptions,
): Promise<Outcome> {
  const messages: string[] = [];
  const rig = greeted(handlerOf(flavour, messages), options);
  let from = 0;
  for (const cut of [...cuts, wire.length]) {
    if (cut > from) rig.conversation.receive(Buffer.from(wire.subarray(from, cut)));
    from = Math.max(from, cut);
    if (flavour !== 'buffer' && rig.held) await settled();
  }
  await settled();
  await settled();
  return { transcript: rig.transcript, messages, closed: rig.closed };
}

const dialogue = [
  'EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n',
  'Subject: x\r\n\r\n..dot\r\n.x\r\n\r\n.\r\n',
  'BLURB\r\nMAIL FROM:<"a b"@a.test> SIZE=3\r\nRCPT TO:<bad>\r\nRCPT TO:<c@b.test>\r\nDATA\r\n',
  'bare\nline\n.\r\n..\r\n.\r\n',
  'NOOP\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\n.\r\nQUIT\r\nNOOP\r\n',
].join('');

describe('the transcript and the stored octets never depend on the segmentation', () => {
  const fixed = Buffer.from(dialogue);
  for (const flavour of ['buffer', 'promise', 'stream'] as const) {
    for (const bareNewlines of ['reject', 'normalize', 'preserve'] as const) {
      it(`one dialogue cut at every offset, ${flavour}, ${bareNewlines}`, async () => {
        const whole = await run(fixed, [], flavour, { bareNewlines });
        const bare = {
          reject: [],
          normalize: ['bare\r\nline\r\n..\r\n.\r\n'],
          preserve: ['bare\nline\n.\r\n.\r\n'],
        };
        expect(whole.messages).toEqual(['Subject: x\r\n\r\n.dot\r\nx\r\n\r\n', ...bare[bareNewlines], '']);
        expect(whole.closed).toBe('quit');
        expect(whole.transcript.endsWith('221 2.0.0 Bye\r\n')).toBe(true);
        const single = Array.from({ length: fixed.length }, (_, at) => at + 1);
        expect(await run(fixed, single, flavour, { bareNewlines })).toEqual(whole);
        for (const cut of single) expect(await run(fixed, [cut], flavour, { bareNewlines })).toEqual(whole);
      });
    }
  }

  it('random dialogues, garbage included, cut at random', async () => {
    const token = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('EHLO c\r\n', 'MAIL FROM:<a@a>\r\n', 'RCPT TO:<b@b>\r\n', 'DATA\r\n'),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom('.\r\n', '..\r\n', 'x\r\n', '\r\n', '.', 'RSET\r\n', 'NOOP\r\n'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('\r', '\n', '\0', '\xff', 'QUIT\r\n', `NOOP ${'y'.repeat(600)}\r\n`),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
    );
    const start = 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n';
    await fc.assert(
      fc.asyncProperty(
        fc.array(token, { maxLength: 30 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        fc.constantFrom<Flavour>('buffer', 'promise', 'stream'),
        fc.constantFrom('reject' as const, 'normalize' as const, 'preserve' as const),
        async (tokens, cuts, flavour, bareNewlines) => {
          const wire = Buffer.from(start + tokens.join(''), 'latin1');
          const sorted = cuts.map((cut) => Math.min(cut, wire.length)).toSorted((a, b) => a - b);
          const whole = await run(wire, [], flavour, { bareNewlines });
          expect(await run(wire, sorted, flavour, { bareNewlines })).toEqual(whole);
        },
      ),
      { seed: 2920, numRuns: 400 },
    );
  });
});
