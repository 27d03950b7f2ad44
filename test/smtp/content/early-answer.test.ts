import { expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/proxy/node/diagnostic.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { ready, settled } from '../harness.ts';

type Take = NonNullable<Handler['handleContent']>;
type Content = Parameters<Take>[3];

const iterator = (content: Content): AsyncIterator<Buffer> => content[Symbol.asyncIterator]();

async function toTheEnd(content: Content): Promise<void> {
  for await (const piece of content) void piece;
}

const OK = '250 2.6.0 Message accepted\r\n';
const NOT_TAKEN = '451 4.3.0 Message was not taken; try again later\r\n';

/** What a handler does with content, and the one reply that it gets, however the octets come. */
const HANDLERS: readonly (readonly [
  what: string,
  reply: string,
  take: (content: Content) => Promise<unknown>,
])[] = [
  ['reads to the end', OK, toTheEnd],
  [
    'asks for pieces until there are none',
    OK,
    async (content) => {
      const pieces = iterator(content);
      while ((await pieces.next()).done !== true);
    },
  ],
  ['never begins', OK, async () => {}],
  ['never begins, and says so later', OK, () => settled()],
  ['takes an iterator and asks it for nothing', OK, async (content) => void iterator(content)],
  ['stops after the first piece', NOT_TAKEN, async (content) => void (await iterator(content).next())],
  [
    'leaves the loop at the first piece',
    NOT_TAKEN,
    async (content) => {
      for await (const piece of content) if (piece.length > 0) break;
    },
  ],
  [
    'returns before it is given anything',
    NOT_TAKEN,
    async (content) =>
      void iterator(content)
        .next()
        .catch(() => {}),
  ],
  [
    'leaves the loop when it has all octets',
    NOT_TAKEN,
    async (content) => {
      let size = 0;
      for await (const piece of content) if ((size += piece.length) === 30) break;
    },
  ],
  [
    'says 250 itself, early',
    NOT_TAKEN,
    async (content) => {
      await iterator(content).next();
      return '250 2.0.0 Fine';
    },
  ],
  [
    'refuses early',
    '550 5.7.1 No\r\n',
    async (content) => {
      await iterator(content).next();
      return '550 5.7.1 No';
    },
  ],
  [
    'fails early',
    '451 4.3.0 Local error; try again later\r\n',
    async (content) => {
      await iterator(content).next();
      throw new Error('no');
    },
  ],
];

const MAIL = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';
const LINES = `${'z'.repeat(8)}\r\n`.repeat(3);
const WIRES = [
  `${MAIL}DATA\r\n${LINES}.\r\n`,
  `${MAIL}BDAT 30 LAST\r\n${LINES}`,
  `${MAIL}BDAT 10\r\n${LINES.slice(0, 10)}BDAT 20 LAST\r\n${LINES.slice(10)}`,
];

it.each(HANDLERS)(
  'a handler of content that %s hears one reply, however the octets come',
  async (_what, reply, take) => {
    for (const wire of WIRES) {
      for (const cut of [
        wire.length,
        wire.length - 1,
        wire.length - 3,
        wire.length - 5,
        wire.length - 12,
        wire.length - 25,
        1,
      ]) {
        for (const waits of [false, true]) {
          const told: Diagnostic[] = [];
          const options = { diagnostics: (entry: Diagnostic) => void told.push(entry) };
          const rig = ready(
            { handleContent: (_server, _session, _envelope, content) => take(content) as never },
            options,
          );
          for (let at = 0; at < wire.length; at += cut) {
            rig.say(wire.slice(at, at + cut));
            if (waits) await settled();
          }
          for (let turn = 0; turn < 4 || rig.held; turn++) await settled();
          expect(rig.transcript.endsWith(reply)).toBe(true);
          const codes = told.filter(({ level }) => level === 'warning').map(({ code }) => code);
          expect(codes).toEqual(reply === NOT_TAKEN ? ['content-not-taken'] : []);
        }
      }
    }
  },
);
