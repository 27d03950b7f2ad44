import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BLOCK, WASM_MINIMUM } from '../../../src/smtp/content/newlines/index.ts';
import type { BareNewlines } from '../../../src/smtp/api/options/newline-policy.ts';
import { keeper, Rig } from '../harness.ts';

const HEADER = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
const ENVELOPE = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';
const NEXT = `${ENVELOPE}DATA\r\nnext\r\n.\r\nQUIT\r\n`;

const ADDRESSED = '250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n';
const START = '354 End data with <CR><LF>.<CR><LF>\r\n';
const TAKEN = '250 2.6.0 Message accepted\r\n';
const BARE = '550 5.6.0 Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)\r\n';
const NEXT_TAKEN = `${ADDRESSED}${START}${TAKEN}221 2.0.0 Bye\r\n`;

/** What stands in the middle of the content after DATA, and what of it the handler gets under `preserve`. */
const BARE_ONES: Record<string, [wire: string, kept: string]> = {
  'LF.LF': ['\n.\n', '\n.\n'],
  'LF.CRLF': ['\n.\r\n', '\n.\r\n'],
  'LF.CR': ['\n.\r', '\n.\r'],
  'CR.CR': ['\r.\r', '\r.\r'],
  'CR.LF': ['\r.\n', '\r.\n'],
  'CR.CRLF': ['\r.\r\n', '\r.\r\n'],
  'CRLF.LF': ['\r\n.\n', '\r\n\n'],
  'CRLF.CR': ['\r\n.\r', '\r\n\r'],
  'CRLF.CRCRLF': ['\r\n.\r\r\n', '\r\n\r\r\n'],
  'CRCRLF.CRCRLF': ['\r\r\n.\r\r\n', '\r\r\n\r\r\n'],
  'CRLF.LF CRLF': ['\r\n.\n\r\n', '\r\n\n\r\n'],
  'LF..LF': ['\n..\n', '\n..\n'],
  'LF..CRLF': ['\n..\r\n', '\n..\r\n'],
  'CRLF..LF': ['\r\n..\n', '\r\n.\n'],
  'CR..CRLF': ['\r..\r\n', '\r..\r\n'],
};

const CLEAN_ONES: Record<string, [wire: string, kept: string]> = {
  'CRLF NUL.CRLF': ['\r\n\0.\r\n', '\r\n\0.\r\n'],
  'CRLF.NUL CRLF': ['\r\n.\0\r\n', '\r\n\0\r\n'],
  'VT.CRLF': ['\v.\r\n', '\v.\r\n'],
  'CRLF.FF CRLF': ['\r\n.\f\r\n', '\r\n\f\r\n'],
  'NEL.NEL': ['\u0085.\u0085', '\u0085.\u0085'],
  'NEL.NEL in UTF-8': ['\xc2\x85.\xc2\x85', '\xc2\x85.\xc2\x85'],
  'U+2028.U+2028 in UTF-8': ['\xe2\x80\xa8.\xe2\x80\xa8', '\xe2\x80\xa8.\xe2\x80\xa8'],
};

interface Outcome {
  transcript: string;
  messages: string[];
}

function run(pieces: readonly Buffer[], bareNewlines: BareNewlines): Outcome {
  const kept = keeper();
  const rig = new Rig(
    { ...kept, handlePROXY: () => true },
    { bareNewlines, proxyProtocol: { timeout: 5000, trusted: 'anyone' } },
  );
  rig.conversation.start(true, false);
  for (const piece of pieces) rig.conversation.receive(piece);
  const { transcript } = rig;
  return { transcript: transcript.slice(transcript.indexOf('250 HELP\r\n') + 10), messages: kept.messages };
}

/** The stream gives this outcome whole, octet by octet, and cut in two at every offset. */
function expectAlways(stream: string, policy: BareNewlines, expected: Outcome): void {
  const wire = Buffer.from(stream, 'latin1');
  expect(run([wire], policy)).toEqual(expected);
  const octets = Array.from(wire, (octet) => Buffer.from([octet]));
  expect(run(octets, policy)).toEqual(expected);
  for (let cut = 1; cut < wire.length; cut++) {
    const outcome = run([wire.subarray(0, cut), wire.subarray(cut)], policy);
    if (!isDeepStrictEqual(outcome, expected)) expect({ cut, ...outcome }).toEqual({ cut, ...expected });
  }
}

/** What `normalize` makes of content: a lone dot on a line that a bare CR or LF made gets a second one. */
function normalized(content: string): string {
  const parts = content.split(/(\r\n|\r|\n)/);
  const changed = (at: number): boolean => parts[at] === '\r' || parts[at] === '\n';
  return parts
    .map((part, at) => {
      if (at % 2 === 1) return '\r\n';
      return part === '.' && (changed(at - 1) || changed(at + 1)) ? '..' : part;
    })
    .join('');
}

function outcomes(kept: string, bare: boolean): Record<BareNewlines, [reply: string, messages: string[]]> {
  return {
    reject: bare ? [BARE, ['next\r\n']] : [TAKEN, [kept, 'next\r\n']],
    normalize: [TAKEN, [bare ? normalized(kept) : kept, 'next\r\n']],
    preserve: [TAKEN, [kept, 'next\r\n']],
  };
}

function expectAfterData(wire: string, kept: string, bare: boolean): void {
  for (const [policy, [reply, messages]] of Object.entries(outcomes(kept, bare))) {
    expectAlways(`${HEADER}EHLO c.test\r\n${ENVELOPE}DATA\r\n${wire}${NEXT}`, policy as BareNewlines, {
      transcript: ADDRESSED + START + reply + NEXT_TAKEN,
      messages,
    });
  }
}

/** The same octets in two chunks: nothing is unstuffed, nothing is an end. */
function expectInChunks(content: string, bare: boolean): void {
  const chunks = `BDAT 2\r\n${content.slice(0, 2)}BDAT ${content.length - 2} LAST\r\n${content.slice(2)}`;
  for (const [policy, [reply, messages]] of Object.entries(outcomes(content, bare))) {
    expectAlways(`${HEADER}EHLO c.test\r\n${ENVELOPE}${chunks}${NEXT}`, policy as BareNewlines, {
      transcript: `${ADDRESSED}250 2.0.0 2 octets received\r\n${reply}${NEXT_TAKEN}`,
      messages,
    });
  }
}

describe('rules 38, 39, 42, 57 and 58: the end of data, under every segmentation', () => {
  it.each(Object.entries(BARE_ONES))(
    '%s after DATA is one message with a bare CR or LF',
    (_name, [wire, kept]) => {
      expectAfterData(`x${wire}QUIT\r\n.\r\n`, `x${kept}QUIT\r\n`, true);
    },
  );

  it.each(Object.entries(CLEAN_ONES))('%s after DATA is one message, octets kept', (_name, [wire, kept]) => {
    expectAfterData(`x${wire}QUIT\r\n.\r\n`, `x${kept}QUIT\r\n`, false);
  });

  it('CRCRLF.CRLF is the real end, and then the bare CR counts', () => {
    expectAfterData('x\r\r\n.\r\n', 'x\r\r\n', true);
  });

  it('.CRLF as the first line is an end, whatever stands before DATA', () => {
    expectAfterData('.\r\n', '', false);
  });

  it.each(Object.entries({ ...BARE_ONES, 'CRCRLF.CRLF': ['\r\r\n.\r\n'] }))(
    '%s in chunks is content with a bare CR or LF',
    (_name, [wire]) => expectInChunks(`x${wire}QUIT\r\n`, true),
  );

  it.each(Object.entries({ ...CLEAN_ONES, 'CRLF.CRLF': ['\r\n.\r\n'], 'CRLF..CRLF': ['\r\n..\r\n'] }))(
    '%s in chunks is content',
    (_name, [wire]) => expectInChunks(`x${wire}QUIT\r\n`, false),
  );
});

/** Content is read 16 octets at a step where there is enough of it, in blocks: where a pattern stands must not matter. */
describe('rules 38, 39, 42 and 57: the end of data in large content', () => {
  const rows: [name: string, wire: string, kept: string, bare: boolean][] = [
    ...Object.entries(BARE_ONES).map(([name, [wire, kept]]) => [name, wire, kept, true] as const),
    ...Object.entries(CLEAN_ONES).map(([name, [wire, kept]]) => [name, wire, kept, false] as const),
  ].map((row) => [...row]);
  const AFTER = `${'y'.repeat(2 * WASM_MINIMUM)}\r\n.\r\n`;
  const places = [
    ...Array.from({ length: 17 }, (_, index) => 2 * WASM_MINIMUM + index),
    ...[1, 2, 3, 5].map((before) => BLOCK - before),
  ];

  function verdictOn(wire: string, policy: BareNewlines): Outcome {
    return run([Buffer.from(`${HEADER}EHLO c.test\r\n${ENVELOPE}${wire}${NEXT}`, 'latin1')], policy);
  }

  it.each(rows)('%s, wherever it stands', (_name, wire, kept, bare) => {
    for (const place of places) {
      for (const line of place < BLOCK / 2 ? ['x', '..\r\n'] : ['x']) {
        const fill = 'x'.repeat(place % line.length) + line.repeat(Math.floor(place / line.length));
        const stripped = line === 'x' ? fill : unstuffed(fill);
        const [reply, messages] = outcomes(`${stripped}${kept}${AFTER.slice(0, -3)}`, bare).preserve;
        const after = { transcript: ADDRESSED + START + reply + NEXT_TAKEN, messages };
        const found = verdictOn(`DATA\r\n${fill}${wire}${AFTER}`, 'preserve');
        if (!isDeepStrictEqual(found, after))
          expect({ place, line, ...found }).toEqual({ place, line, ...after });
        const content = `x${fill}${wire}${AFTER}`;
        const refused = verdictOn(`BDAT ${content.length} LAST\r\n${content}`, 'reject');
        const refusal = bare || isBare(content) ? BARE : TAKEN;
        expect([place, refused.transcript]).toEqual([place, ADDRESSED + refusal + NEXT_TAKEN]);
      }
    }
  });

  it('what stands behind the end is another message, whose bare LF is its own', () => {
    const clean = `${'z'.repeat(300)}\r\n.\r\n`;
    const second = `${ENVELOPE}DATA\r\n${'w'.repeat(300)}\nw\r\n.\r\n`;
    expect(verdictOn(`DATA\r\n${clean}${second}`, 'reject')).toEqual({
      transcript: ADDRESSED + START + TAKEN + ADDRESSED + START + BARE + NEXT_TAKEN,
      messages: [clean.slice(0, -3), 'next\r\n'],
    });
  });
});

function isBare(content: string): boolean {
  return /\r(?!\n)|(?<!\r)\n/.test(content);
}

/** Dots removed after CRLF and at the start. */
function unstuffed(text: string): string {
  return text.replace(/(^|\r\n)\./g, '$1');
}
