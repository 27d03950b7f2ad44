import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { meantBy } from '../../src/cli/inspect/input-format.ts';
import { ethernet, pcap, tcpPacket } from '../cli/captures.ts';
import { truepeer } from '../cli/support.ts';
import { describeWith, findProgram } from './parts/installed.ts';
import { Stage } from './parts/stage.ts';

/** A header of 69 octets: an odd number, lines of zeros, quotes, and octets that no text has. */
const HEADER = Buffer.from(
  `0d0a0d0a000d0a515549540a21110035cb007107c633641910e10019040020${'00'.repeat(32)}e00003ff2722`,
  'hex',
);

function printed(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(findProgram(program) ?? program, args, { encoding: 'latin1' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}

const meaning = (text: string) => {
  const meant = meantBy(Buffer.from(text, 'latin1'));
  return 'octets' in meant ? Buffer.from(meant.octets).toString('hex') : meant;
};

const DUMPS = {
  xxd: ['', '-u', '-g1', '-g4', '-c8', '-c32', '-p', '-i', '-b', '-e'],
  hexdump: ['', '-v', '-C', '-x', '-b', '-c', '-d', '-o'],
  od: [
    '',
    '-v',
    '-x',
    '-b',
    '-c',
    '-tx1',
    '-tx4',
    '-tu1',
    '-td1',
    '-tx1z -Ax',
    '-tx1 -Ad',
    '-tx1 -An -v',
    '-tu1 -An -v',
  ],
  base64: ['', '-w0'],
};

for (const [program, options] of Object.entries(DUMPS)) {
  const needs = program === 'xxd' || program === 'hexdump' ? [program] : [];
  describeWith(needs as ('xxd' | 'hexdump')[], `truepeer inspect reads ${program}`, () => {
    const stage = new Stage();

    test.for(options)('%s', async (option) => {
      const file = await stage.file('header', HEADER);
      const text = printed(program, [...option.split(' ').filter((word) => word !== ''), file]);
      expect(meaning(text), text).toBe(HEADER.toString('hex'));
    });
  });
}

describeWith(['tcpdump', 'tshark'], 'truepeer inspect reads packets', () => {
  const stage = new Stage();
  const packet = tcpPacket({
    from: [10, 0, 0, 1, 40000],
    to: [10, 0, 0, 2, 25],
    sequence: 1,
    payload: HEADER,
  });
  const capture = pcap([ethernet('0800', packet)]);

  test.for([
    'tcpdump -n -x',
    'tcpdump -n -X',
    'tcpdump -n -xx',
    'tcpdump -n -XX',
    'tcpdump -n -e -vv -X',
    'tshark -x',
    'tcpdump -w -',
    'tshark -F pcap -w -',
    'tshark -F nsecpcap -w -',
    'tshark -F pcapng -w -',
  ])('of %s', async (command) => {
    const file = await stage.file('capture', capture);
    const [program = '', ...options] = command.split(' ');
    const written = Buffer.from(printed(program, [...options, '-r', file]), 'latin1');
    const { code, out } = await truepeer(['inspect', '--json', '-'], written);
    expect({ code, list: JSON.parse(out) as unknown }).toMatchObject({
      code: 0,
      list: [{ verdict: 'ok', from: '10.0.0.1:40000', octets: HEADER.length }],
    });
  });
});
