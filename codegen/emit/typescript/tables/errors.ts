import { kebab, key, literal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft } from '../../../print.ts';

/** The catalogue of errors, and the index of each by name. */
export function emitErrors({ spec }: Model, wire: string): Draft {
  const entries = spec.errors.map(
    (row) => `{
      code: ${literal(kebab(row.name))},
      doc: ${literal(row.doc)},
      expected: ${literal(row.expected)},
      found: ${literal(row.found)},
      section: ${literal(row.ref.source === 'PROXY' ? (row.ref.section ?? '') : '')},
    },`,
  );
  const indexes = spec.errors.map((row, index) => `${key(row.name)}: ${index},`);
  const codes = (side: string): string =>
    spec.errors
      .filter((row) => row.side === side)
      .map((row) => literal(kebab(row.name)))
      .join(' | ');
  return {
    name: 'errors.ts',
    from: 'spec/errors/',
    doc: 'Every way in which a header can be wrong.',
    imports: [{ from: wire, names: ['ErrorEntry'], typeOnly: true }],
    statements: [
      constant('ERROR', `{ ${indexes.join('\n')} } as const`, 'Index of each error in the catalogue.'),
      `/** Codes of the errors that decoding reports. */\nexport type DecodeErrorCode = ${codes('decode')};`,
      `/** Codes of the errors that encoding throws. */\nexport type EncodeErrorCode = ${codes('encode')};`,
      `/** Codes of all errors. */\nexport type ProxyErrorCode = DecodeErrorCode | EncodeErrorCode;`,
      constant('ERRORS', `[\n${entries.join('\n')}\n]`, 'The catalogue.', 'readonly ErrorEntry[]'),
    ],
  };
}
