import type { Example, Ref } from '../../../spec/types.ts';
import type { Path, Report } from '../diagnostic.ts';
import { show, suggest } from '../diagnostic.ts';
import { type At, fieldsAt, flagsAt, type Subject } from '../subject.ts';

interface Documented {
  readonly doc: string;
}

/** Every row says what it is and where that is written down, and shows an example. */
export function checkDocumentation(subject: Subject, report: Report): void {
  const { tlvs, pairs, v1, layouts } = subject;
  const fields = [
    ...tlvs.flatMap((at) => [...fieldsAt(at)]),
    ...layouts.flatMap(({ row, path }) =>
      row.fields.map((field, i) => ({ row: field, path: [...path, 'fields', i] })),
    ),
  ];
  const bits = flagsAt(subject).flatMap(({ row, path }) =>
    row.bits.map((bit, i) => ({ row: bit, path: [...path, 'bits', i] })),
  );
  const rows = [
    ...subject.commands,
    ...subject.families,
    ...subject.transports,
    ...pairs,
    ...subject.ranges,
    ...tlvs,
    ...bits,
    ...v1,
    ...subject.errors,
    ...subject.limits,
  ];
  for (const at of [...rows, ...fields]) checkDoc(at, report);
  const cited: At<{ readonly ref: Ref }>[] = [...rows, ...layouts];
  if (subject.preamble !== undefined) cited.push(subject.preamble);
  if (subject.tlvHead !== undefined) cited.push(subject.tlvHead);
  if (subject.checksum !== undefined) cited.push(subject.checksum);
  for (const { row, path } of cited) checkRef(row.ref, [...path, 'ref', 'source'], subject, report);
  for (const at of tlvs) checkHasExample(at, at.row.name, report);
  for (const at of pairs) checkHasExample(at, `${at.row.family} over ${at.row.transport}`, report);
  for (const at of v1.filter(({ row }) => row.family !== undefined)) checkHasExample(at, at.row.name, report);
}

function checkDoc({ row, path }: At<Documented>, report: Report): void {
  const { doc } = row;
  const place = [...path, 'doc'];
  if (doc.trim() === '') report.add('bad-doc', place, 'the doc is empty; say in one sentence what it is');
  else if (/[\r\n]/.test(doc)) report.add('bad-doc', place, 'the doc has several lines; say it on one');
  else if (/[.!?]\s+[A-Z]/.test(doc.trim()))
    report.add(
      'bad-doc',
      place,
      'the doc has several sentences; say it in one, with a semicolon where it must be',
    );
}

function checkRef({ source }: Ref, path: Path, { sources, partial }: Subject, report: Report): void {
  if (partial.has('sources') || sources.some(({ row }) => row.name === source)) return;
  const hint = suggest(
    source,
    sources.map(({ row }) => row.name),
  );
  report.add(
    'unknown-source',
    path,
    `no source is called ${show(source)}; ${hint}${hint.endsWith('?') ? ' A' : '; a'} new one goes to sources, such as { name: ${show(source)}, title: '...', where: '...' }`,
  );
}

function checkHasExample(
  at: At<{ readonly examples: readonly Example[] }>,
  name: string,
  report: Report,
): void {
  if (at.row.examples.length > 0) return;
  report.add(
    'no-example',
    [...at.path, 'examples'],
    `${show(name)} has no example; add one such as { wire: '01 02', means: '0102' }`,
  );
}
