import { kebab, literal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { alias, constant, type Draft, listOf, objectOf } from '../../../print.ts';
import { ERRORS, WIRE_TYPES } from '../modules.ts';

/** The catalogue of errors, and the index of each by name. */
export function emitErrors({ spec }: Model): Draft {
  const indexes = spec.errors.map(({ name }, index) => ({ name, is: `${index}` }));
  const entries = spec.errors.map(({ name, doc, expected, found, ref }) =>
    objectOf([
      { name: 'code', is: literal(kebab(name)) },
      { name: 'doc', is: literal(doc) },
      { name: 'expected', is: literal(expected) },
      { name: 'found', is: literal(found) },
      { name: 'section', is: literal(ref.source === 'PROXY' ? (ref.section ?? '') : '') },
    ]),
  );
  const codes = (side: string): string =>
    spec.errors
      .filter((row) => row.side === side)
      .map((row) => literal(kebab(row.name)))
      .join(' | ');
  return {
    name: 'errors.ts',
    from: 'spec/errors/',
    doc: 'Every way in which a header can be wrong.',
    statements: [
      constant(ERRORS.ERROR, `${objectOf(indexes)} as const`, 'Index of each error in the catalogue.'),
      alias('DecodeErrorCode', codes('decode'), 'Codes of the errors that decoding reports.'),
      alias('EncodeErrorCode', codes('encode'), 'Codes of the errors that encoding throws.'),
      alias('ProxyErrorCode', 'DecodeErrorCode | EncodeErrorCode', 'Codes of all errors.'),
      constant(ERRORS.ERRORS, listOf(entries), 'The catalogue.', `readonly ${WIRE_TYPES.ErrorEntry}[]`),
    ],
  };
}
