import { describe, expect, test } from 'vitest';
import { HopCounter } from '../../../src/smtp/content/hop-counter.ts';

const CASES: readonly (readonly [title: string, content: string, hops: number])[] = [
  ['no field', 'Subject: x\r\n\r\nReceived: in the body\r\n', 0],
  ['every case', 'Received: a\r\nRECEIVED: b\r\nreceived: c\r\n\r\n', 3],
  ['continuation lines', 'Received: a\r\n\tReceived: b\r\n Received: c\r\nReceived: d\r\n\r\n', 2],
  ['obsolete space before the colon', 'Received : a\r\nReceived\t : b\r\n\r\n', 2],
  [
    'names that are longer or shorter',
    'Received-SPF: pass\r\nReceive: b\r\nXReceived: c\r\nReceived: d\r\n',
    1,
  ],
  ['a name with a colon in its value', 'Subject: Received: x\r\nReceived: a\r\n\r\n', 1],
  ['an empty line at once', '\r\nReceived: a\r\n', 0],
  ['text without a header', 'Some words.\r\nReceived: a\r\n', 0],
  ['a line that is only a name', 'Received\r\nReceived: a\r\n', 0],
  ['a field without a name', ': x\r\nReceived: a\r\n', 0],
  ['an empty field', 'Received:\r\nReceived:\r\n\r\n', 2],
];

describe('rule 36: Received fields are counted in the header section alone', () => {
  test.each(CASES)('%s', (_title, content, hops) => {
    const octets = Buffer.from(content, 'latin1');
    for (let cut = 0; cut <= octets.length; cut++) {
      const counter = new HopCounter();
      counter.write(octets.subarray(0, cut));
      counter.write(octets.subarray(cut));
      expect(counter.hops, `cut at ${cut}`).toBe(hops);
    }
    const slow = new HopCounter();
    for (const octet of octets) slow.write(Buffer.of(octet));
    expect(slow.hops).toBe(hops);
  });
});
