import type { JsonValue } from '../../json.ts';
import type { Model } from '../../model.ts';
import type { Draft } from '../../print.ts';

/** The tables themselves, for whoever reads them in another language. */
export function emitSpecJson({ spec }: Model): Draft {
  return { name: 'spec.json', from: 'spec/', json: spec as unknown as JsonValue };
}
