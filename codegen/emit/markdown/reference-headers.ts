import type { Layout, Meaning, Pair, Preamble, Row, Rule, Spec } from '../../../spec/types.ts';
import type { Model } from '../../model.ts';
import { hexCode } from '../../names.ts';
import { annotated, block, hexOf, numbersOf, section, table } from './markdown.ts';
import { addressOctets } from '../../octets.ts';

/** The parts of the reference page about what stands before the TLVs. */
export function headerPages(model: Model): string[] {
  return [...version1(model), ...version2(model)];
}

function version1({ spec }: Model): string[] {
  const rules = spec.v1.filter((rule) => rule.family !== undefined);
  return [
    '## Version 1',
    'One line of text, upper case, exactly one space between the words, ended by CR LF. The grammar in ABNF is in [v1.abnf](v1.abnf).',
    block(ruler(rules[0])),
    table(
      ['Line', 'Family', 'Transport', 'Longest', 'What it says', 'Section'],
      rules.map((rule) => [
        rule.name.toUpperCase(),
        rule.family ?? '',
        rule.transport ?? '',
        String(rule.longest),
        rule.doc,
        section(rule.ref),
      ]),
    ),
    block(rules.flatMap((rule) => rule.examples.map((example) => lineOf(example.wire))).join('\n')),
  ];
}

function lineOf(wire: string): string {
  return String.fromCharCode(...numbersOf(wire))
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n');
}

/** The first example of a line with the names of its fields below it. */
function ruler(rule: Rule | undefined): string {
  const example = rule?.examples[0];
  if (example === undefined || typeof example.means !== 'object') return '';
  const line = lineOf(example.wire);
  let from = line.indexOf(' ', line.indexOf(' ') + 1);
  const marks = Object.entries(example.means).map(([name, value]) => {
    const at = line.indexOf(String(value), from);
    from = at + String(value).length;
    return { name, at };
  });
  const bars = marks.toReversed().map(({ name, at }, i) => {
    const left = marks.slice(0, marks.length - 1 - i).reduce((text, mark) => `${text.padEnd(mark.at)}|`, '');
    return `${left.padEnd(at)}${name}`;
  });
  const first = marks.reduce((text, mark) => `${text.padEnd(mark.at)}|`, '');
  return [line, first, ...bars].join('\n');
}

function version2({ spec }: Model): string[] {
  const { preamble, pairs, layouts } = spec;
  const signature = numbersOf(preamble.signature);
  const { versionCommand, familyTransport, length, size } = preamble;
  const places = [
    ['0', String(signature.length), `Signature: ${hexOf(signature)}.`],
    [String(versionCommand), '1', `High nibble: version, always ${preamble.version}. Low nibble: command.`],
    [String(familyTransport), '1', 'High nibble: family. Low nibble: transport.'],
    [String(length), '2', 'Octets that follow, most significant octet first.'],
    [String(size), 'by family', 'Address block.'],
    ['behind it', 'the rest', 'TLVs.'],
  ];
  const names = (title: string, rows: readonly Row[]): string[] => [
    `### ${title}`,
    table(
      ['Nibble', 'Name', 'Also', 'What it says', 'Section'],
      rows.map((row) => [
        String(row.code),
        row.name,
        (row.aliases ?? []).join(', '),
        row.doc,
        section(row.ref),
      ]),
    ),
  ];
  return [
    '## Version 2',
    block(drawing(preamble)),
    table(['Octet', 'Octets', 'What it is'], places),
    ...names('Commands', spec.commands),
    ...names('Families', spec.families),
    ...names('Transports', spec.transports),
    '### Family and transport',
    'The pairs that the standard names. All others made of defined nibbles decode, without addresses, and are not sent.',
    table(
      ['Octet', 'Family', 'Transport', 'What it says', 'Section'],
      pairs.map((pair) => [hexCode(pair.code), pair.family, pair.transport, pair.doc, section(pair.ref)]),
    ),
    '### Address blocks',
    ...layouts.flatMap((layout) => layoutPage(layout, spec)),
  ];
}

/** The fixed fields in a row, their offsets above. */
function drawing(preamble: Preamble): string {
  const { versionCommand, familyTransport, length, size } = preamble;
  const cells: [offset: number, name: string][] = [
    [0, 'signature'],
    [versionCommand, 'version, command'],
    [familyTransport, 'family, transport'],
    [length, 'length'],
    [size, 'addresses, TLVs'],
  ];
  const widths = cells.map(([, name]) => name.length + 2);
  const offsets = cells.map(([offset], i) => String(offset).padEnd(widths[i]! + 1)).join('');
  const edges = widths.map((width, i) => (i < widths.length - 1 ? '-' : '- ').repeat(width).slice(0, width));
  const rule = `+${edges.join('+')}`.trimEnd();
  const names = cells.map(([, name]) => ` ${name} `).join('|');
  return [` ${offsets}`.trimEnd(), rule, `|${names}`.trimEnd(), rule].join('\n');
}

/** Blocks of more octets are not shown whole. */
const SHOWN = 64;

/** Fields of an address block, and the first header in the tables that has one. */
function layoutPage(layout: Layout, { preamble, pairs, commands }: Spec): string[] {
  let at = preamble.size;
  const fields = layout.fields.map((field) => {
    const size = addressOctets(field);
    at += size;
    return { name: field.name, doc: field.doc, at: at - size, size };
  });
  const pair = pairs.find((each) => each.family === layout.family && each.examples.length > 0);
  const octets = numbersOf(pair?.examples[0]?.wire ?? '');
  const means = pair?.examples[0]?.means;
  const notes = [
    ...preambleNotes(preamble, commands, pair, octets),
    ...fields.map(({ name, at: from, size }) => ({
      octets: octets.slice(from, from + size),
      what: `${name} ${partOf(means, name)}`,
    })),
  ];
  return [
    `${layout.family}, ${layout.size} octets; a header without TLVs has ${preamble.size + layout.size}. Section ${section(layout.ref)}.`,
    table(
      ['Octet', 'Octets', 'Field', 'What it is'],
      fields.map((field) => [String(field.at), String(field.size), field.name, field.doc]),
    ),
    ...(octets.length === 0 || layout.size > SHOWN ? [] : [block(annotated(notes))]),
  ];
}

function preambleNotes(
  preamble: Preamble,
  commands: readonly Row[],
  pair: Pair | undefined,
  octets: readonly number[],
): { octets: readonly number[]; what: string }[] {
  const { versionCommand, familyTransport, length, size } = preamble;
  const command = commands.find((row) => row.code === ((octets[versionCommand] ?? 0) & 0x0f));
  const count = ((octets[length] ?? 0) << 8) | (octets[length + 1] ?? 0);
  return [
    { octets: octets.slice(0, versionCommand), what: 'signature' },
    {
      octets: octets.slice(versionCommand, familyTransport),
      what: `version ${preamble.version}, command ${command?.name ?? ''}`,
    },
    {
      octets: octets.slice(familyTransport, length),
      what: `family ${pair?.family ?? ''}, transport ${pair?.transport ?? ''}`,
    },
    { octets: octets.slice(length, size), what: `length ${count}` },
  ];
}

function partOf(means: Meaning | undefined, name: string): string {
  return typeof means === 'object' ? String(means[name] ?? '') : '';
}
