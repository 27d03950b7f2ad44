import type { CompareOptions, Timing } from '../compare.ts';
import { compare } from '../compare.ts';
import type { Progress } from '../report.ts';
import { type Bounds, table, times } from '../report.ts';
import type { Codec, Line } from './line.ts';
import { codecLines } from './lines.ts';
import { wrongAnswers } from './self-check.ts';

export interface LineResult {
  title: string;
  floor: Timing;
  truepeer: Timing;
  peer: Timing;
  peerLeavesOut: string | undefined;
  target: number;
}

/**
 * Proves equal answers, then times every line. Throws when anybody answers differently: figures of functions that
 * do different work are worth nothing.
 */
export function benchCodec(codec: Codec, options: CompareOptions, progress: Progress): LineResult[] {
  const lines = codecLines(codec);
  const wrong = lines.flatMap((line) => wrongAnswers(line, [line.floor, line.truepeer, line.peer]));
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return lines.map((line, at) => {
    progress.step(`codec ${at + 1}/${lines.length}: ${line.title}`);
    return timeLine(line, options);
  });
}

function timeLine(line: Line, options: CompareOptions): LineResult {
  const [floor, truepeer, peer] = compare([line.floor, line.truepeer, line.peer], options);
  return {
    title: line.title,
    floor: floor!,
    truepeer: truepeer!,
    peer: peer!,
    peerLeavesOut: line.peerLeavesOut,
    target: line.target,
  };
}

/** The table of the codec, with nanoseconds for orientation and ratios to judge by. */
export function codecTable(results: readonly LineResult[], bounds: Bounds): string {
  return table(
    ['', 'floor', 'ns', 'truepeer ns', 'to floor', 'target', '', 'proxy-protocol-js', 'and leaves out'],
    results.map((result) => [
      result.title,
      result.floor.name,
      result.floor.ns.toFixed(0),
      result.truepeer.ns.toFixed(0),
      times(result.truepeer.ratio),
      times(result.target),
      bounds.atMost(result.title, result.truepeer.ratio, result.target),
      `${times(result.peer.ratio)} (${result.peer.ns.toFixed(0)} ns)`,
      result.peerLeavesOut ?? '',
    ]),
  );
}
