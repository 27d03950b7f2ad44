import type { ErrorRow } from '../../../spec/types.ts';
import type { Model } from '../../model.ts';
import { kebab } from '../../names.ts';
import type { Draft } from '../../print.ts';
import { block, numbersOf, pointed, prose, section, table } from './markdown.ts';
import { headerPages } from './reference-headers.ts';
import { tlvPages } from './reference-tlvs.ts';

/** The reference page: everything in the tables, for people. */
export function emitReference(model: Model): Draft {
  const parts = [
    '# PROXY protocol reference',
    `All that truepeer knows of the protocol, printed from its tables. A section such as 2.1 is one of the standard, ${prose(model.spec.sources[0]?.title ?? '')}; offsets and lengths are in octets, numbers with 0x are hexadecimal.`,
    '[Version 1](#version-1) · [Version 2](#version-2) · [TLVs](#tlvs) · [Limits](#limits) · [Errors](#errors) · [Sources](#sources)',
    ...headerPages(model),
    ...tlvPages(model),
    ...limits(model),
    ...errors(model),
    '## Sources',
    table(
      ['Source', 'Title', 'Where'],
      model.spec.sources.map((source) => [source.name, source.title, source.where]),
    ),
  ];
  return {
    name: 'reference.md',
    from: 'spec/',
    comment: ['<!-- ', ' -->'],
    text: `${parts.join('\n\n')}\n`,
  };
}

function limits({ spec }: Model): string[] {
  return [
    '## Limits',
    'Bounds of a receiver, each an option of `decode` and of every server.',
    table(
      ['Option', 'Default', 'Least', 'Most', 'What it bounds', 'Section'],
      spec.limits.map((limit) => [
        `\`${limit.name}\``,
        String(limit.default),
        String(limit.min),
        String(limit.max),
        limit.doc,
        section(limit.ref),
      ]),
    ),
  ];
}

function errors({ spec }: Model): string[] {
  const pages = (side: ErrorRow['side']): string[] =>
    spec.errors.filter((row) => row.side === side).flatMap(errorPage);
  return [
    '## Errors',
    'Every error says its code, the octet it is at, what was expected and what was found. An input is refused at the first octet that no continuation can mend; in the examples it is the one that the mark points at.',
    '### Reading a header',
    ...pages('decode'),
    '### Writing a header',
    ...pages('encode'),
  ];
}

function errorPage(row: ErrorRow): string[] {
  const source = row.ref.source === 'PROXY' ? ` Section ${section(row.ref)}.` : '';
  return [
    `#### ${kebab(row.name)}`,
    `${prose(row.doc)} Expected: ${prose(row.expected)}.${source}`,
    ...row.examples.map(({ wire, means }) =>
      block(pointed(numbersOf(wire), Number(means), `octet ${String(means)}`)),
    ),
  ];
}
