import type { Spec } from '../../../spec/types.ts';
import type { DecodeResult } from '../../proxy/index.ts';
import type { Protocol } from '../shared/protocol.ts';
import { u16be } from '../../wire/index.ts';
import { annotate } from './annotate/annotate.ts';
import type { Annotation } from './annotate/annotation.ts';
import type { FirstOctets, Progress } from './capture/connections.ts';
import { notesOf } from './notes/notes.ts';
import type { Note } from './notes/notes.ts';
import { recognise } from './recognise/recognise.ts';
import type { Recognised } from './recognise/recognised.ts';

/** Octets to look at; from a capture with the connection they were sent on. */
export type Given = { octets: Uint8Array } | FirstOctets;

/** A header with what the codec and the tables say of it. */
export interface Finding {
  given: Given;
  result: DecodeResult;
  fields: readonly Annotation[];
  /** What stands behind a valid header, or instead of one. */
  other: Recognised | undefined;
  /** What is to be said of a valid header. */
  notes: readonly Note[];
}

export function examine(given: Given, { spec, codec }: Protocol): Finding {
  const result = codec.decode(given.octets);
  const length = result.status === 'ok' ? result.length : undefined;
  return {
    given,
    result,
    fields: annotate(given.octets, length, spec),
    other: result.status === 'incomplete' ? undefined : recognise(given.octets.subarray(length ?? 0)),
    notes: result.status === 'ok' ? notesOf(result.data, spec, 'from' in given ? given : {}) : [],
  };
}

/** Octets behind a header after which what they are is not asked any more. */
const ENOUGH_BEHIND = 64;
/** Octets behind a header that are kept, for the names in a ClientHello. */
const KEPT_BEHIND = 4096;

/** The most octets of a connection that can change what is said of it. */
export function enough({ preamble, limits }: Spec): number {
  return preamble.size + (limits.find(({ name }) => name === 'maxLength')?.default ?? 0) + KEPT_BEHIND;
}

/** How far the first octets of a connection decide what is said of it. */
export function progressOf(octets: Uint8Array, { spec, codec }: Protocol): Progress {
  const result = codec.decode(octets);
  if (result.status === 'incomplete') return 'begun';
  if (result.status === 'invalid') {
    const announced = announcedLength(octets, spec);
    if (announced !== undefined) return octets.length >= announced ? 'all' : 'header';
  }
  const rest = octets.subarray(result.status === 'ok' ? result.length : 0);
  const found = recognise(rest);
  return found?.isWhole === true || (found === undefined && rest.length >= ENOUGH_BEHIND) ? 'all' : 'header';
}

/** The octets that a version 2 header says it has; `undefined` for anything else. */
function announcedLength(octets: Uint8Array, { preamble }: Spec): number | undefined {
  const { size, length } = preamble;
  return octets.length >= size && recognise(octets)?.name === 'proxy-v2'
    ? size + u16be(octets, length)
    : undefined;
}
