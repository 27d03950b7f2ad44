import { readFileSync } from 'node:fs';
import * as prettier from 'prettier';
import { describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.ts';
import { hexCode, kebab } from '../../codegen/names.ts';
import { spec } from '../../spec/index.ts';
import type { Meaning, Spec, Tlv } from '../../spec/types.ts';
import { decode, decodeDatagram, ProxyTLV } from '../../src/proxy/index.ts';

const page = readFileSync(new URL('../../generated/reference.md', import.meta.url), 'utf8');

/** What stands under a heading, up to the next one, deeper ones too. */
function under(heading: string): string {
  const start = page.indexOf(`\n${heading}\n`);
  expect(start, heading).toBeGreaterThan(0);
  const body = page.slice(start + heading.length + 2);
  const level = heading.indexOf(' ');
  const next = body.search(new RegExp(`^#{1,${level}} `, 'm'));
  return next < 0 ? body : body.slice(0, next);
}

/** The blocks of a part of the page. */
function blocks(part: string): string[] {
  return [...part.matchAll(/^```text\n(.*?)\n```$/gms)].map(([, text]) => text!);
}

/** The cells of the rows of the first table of a part. */
function cells(part: string): string[][] {
  const lines = part.match(/^\|.*\|$/gm) ?? [];
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The octets on the left of an annotated block. */
function octetsOf(block: string): Buffer {
  const lines = block.split('\n').map((line) => /^(?:[0-9a-f]{2}(?: |$))+/.exec(line)?.[0] ?? '');
  return Buffer.from(lines.join('').replaceAll(' ', ''), 'hex');
}

/** A link's text. */
const unlinked = (cell: string): string => cell.replace(/^\[(.*)\]\(.*\)$/, '$1');

describe('every row of the tables is on the page', () => {
  const section = (ref: Tlv['ref']): string =>
    ref.source === 'PROXY' ? ref.section! : [ref.source, ref.section].filter(Boolean).join(', ');

  test.for([
    ['### Commands', spec.commands],
    ['### Families', spec.families],
    ['### Transports', spec.transports],
  ] as const)('%s', ([heading, rows]) => {
    expect(cells(under(heading))).toEqual(
      rows.map((row) => [
        String(row.code),
        row.name,
        row.aliases?.join(', ') ?? '',
        row.doc,
        section(row.ref),
      ]),
    );
  });

  test('pairs, layouts, lines, ranges, limits, sources', () => {
    expect(cells(under('### Family and transport'))).toEqual(
      spec.pairs.map((row) => [hexCode(row.code), row.family, row.transport, row.doc, section(row.ref)]),
    );
    for (const { family, size, fields } of spec.layouts) {
      const part = under('### Address blocks');
      expect(part).toContain(`${family}, ${size} octets`);
      for (const { name, doc } of fields) expect(part).toMatch(new RegExp(`\\| ${name} +\\| ${doc} +\\|`));
    }
    expect(cells(under('## Version 1'))).toEqual(
      spec.v1
        .filter((rule) => rule.family !== undefined)
        .map((rule) => [
          rule.name.toUpperCase(),
          rule.family,
          rule.transport,
          String(rule.longest),
          rule.doc,
          section(rule.ref),
        ]),
    );
    expect(cells(under('### Ranges')).map(([name, numbers]) => [name, numbers])).toEqual(
      spec.ranges.map((range) => [range.name, `${hexCode(range.from)} to ${hexCode(range.to)}`]),
    );
    expect(cells(under('## Limits'))).toEqual(
      spec.limits.map((row) => [
        `\`${row.name}\``,
        ...[row.default, row.min, row.max].map(String),
        row.doc,
        section(row.ref),
      ]),
    );
    expect(cells(under('## Sources'))).toEqual(
      spec.sources.map((source) => [source.name, source.title, source.where]),
    );
  });

  test('TLVs, in the overview and each with its sentence and its fields', () => {
    const overview = cells(under('## TLVs').split('\n### ')[0]!);
    const listed = overview.map(([name, code, parent]) => [unlinked(name!), code, parent]);
    const rows = spec.tlvs.map((row) => [row.name, hexCode(row.code), row.parent ?? '']);
    expect(listed.toSorted()).toEqual(rows.toSorted());
    for (const row of spec.tlvs) {
      const part = under(`### ${row.name} ${hexCode(row.code)}`);
      expect(part).toContain(row.doc);
      expect(blocks(part)).toHaveLength(row.examples.length);
      if (row.value.kind !== 'struct') continue;
      for (const field of row.value.fields) {
        expect(part).toContain(field.doc);
        if (field.value.kind !== 'flags') continue;
        for (const bit of field.value.bits) expect(part).toContain(`| ${hexCode(bit.code)} | ${bit.name}`);
      }
    }
  });

  test('errors, each with its sentence', () => {
    for (const row of spec.errors) {
      expect(under(`#### ${kebab(row.name)}`)).toContain(`${row.doc} Expected: ${row.expected}.`);
    }
  });
});

describe('what the page shows is true', () => {
  /** A meaning as the codec gives it. */
  function valueOf(name: string, means: string | number): unknown {
    const field = spec.tlvs
      .flatMap(({ value }) => (value.kind === 'struct' ? value.fields : []))
      .find((each) => each.name === name);
    const kind = (spec.tlvs.find((row) => row.name === name) ?? field)?.value.kind;
    if (kind === 'bytes') return new Uint8Array(Buffer.from(String(means), 'hex'));
    return kind === 'u64be' ? BigInt(means) : means;
  }

  const named = (row: Tlv, means: Meaning): [string, unknown][] =>
    typeof means === 'object'
      ? Object.entries(means).map(([name, value]) => [name, valueOf(name, value)])
      : [[row.name, valueOf(row.name, means)]];

  test.for(spec.tlvs.flatMap((row) => row.examples.map((example, i) => ({ row, example, i }))))(
    'the octets of $row.name, example $i, decode to their meaning',
    ({ row, example, i }) => {
      const block = blocks(under(`### ${row.name} ${hexCode(row.code)}`))[i]!;
      const tlv = ProxyTLV.parse(octetsOf(block), { partialOk: false });
      for (const [name, value] of named(row, example.means)) expect(tlv.get(name)).toEqual(value);
      const own = tlv.vectors.find((vector) => vector.name === row.name)!;
      expect(Buffer.from(own.octets).toString('hex')).toBe(example.wire.replaceAll(' ', ''));
      if (typeof example.means === 'string' && row.value.kind !== 'bytes') {
        expect(block).toContain(row.value.kind === 'u64be' ? example.means : JSON.stringify(example.means));
      }
    },
  );

  test('whole headers decode to the fields beside them', () => {
    for (const block of blocks(under('### Address blocks'))) {
      const result = decode(octetsOf(block));
      if (result.status !== 'ok') throw new Error(block);
      const { srcAddr, srcPort, dstAddr, dstPort } = result.data;
      for (const [name, value] of Object.entries({ srcAddr, srcPort, dstAddr, dstPort })) {
        expect(block).toMatch(new RegExp(` ${name} ${value}$`, 'm'));
      }
    }
    expect(blocks(under('### Address blocks'))).toHaveLength(2);
  });

  test('the marks below refused octets are where the codec reports the error', () => {
    let shown = 0;
    for (const row of spec.errors.filter(({ side }) => side === 'decode')) {
      for (const block of blocks(under(`#### ${kebab(row.name)}`))) {
        const lines = block.split('\n');
        const mark = lines.findIndex((line) => line.trimStart().startsWith('^'));
        const column = lines[mark]!.indexOf('^');
        const isText = lines[0]!.startsWith('"');
        shown++;
        const octets = isText ? Buffer.from(JSON.parse(lines[0]!) as string, 'latin1') : octetsOf(block);
        const before = lines[mark - 1]!.slice(0, column);
        const offset = isText
          ? (JSON.parse(`${before}"`) as string).length
          : 16 * (mark - 1) + before.split(' ').filter(Boolean).length;
        const result = decodeDatagram(octets);
        if (result.status !== 'invalid') throw new Error(block);
        expect([result.error.code, result.error.offset]).toEqual([kebab(row.name), offset]);
        expect(lines[mark]).toBe(`${' '.repeat(column)}^ octet ${offset}`);
      }
    }
    expect(shown).toBe(spec.errors.flatMap(({ examples }) => examples).length);
  });

  test('links lead to headings', () => {
    const headings = new Set(
      [...page.matchAll(/^#+ (.*)$/gm)].map(([, text]) => text!.toLowerCase().replaceAll(' ', '-')),
    );
    const links = [...page.matchAll(/\]\(#(.*?)\)/g)].map(([, target]) => target!);
    expect(links.length).toBeGreaterThan(spec.tlvs.length);
    expect(links.filter((target) => !headings.has(target))).toEqual([]);
  });
});

test('the page is laid out as prettier would lay it out, odd sentences included', async () => {
  const odd: Spec = {
    ...spec,
    tlvs: spec.tlvs.map((row) => (row.name === 'NETNS' ? { ...row, doc: 'A | in a <b>.' } : row)),
    ranges: spec.ranges.map((range) => ({ ...range, doc: 'One | two <b>.' })),
  };
  const [file] = await generate(odd, { emit: ['reference'] });
  expect(file!.text).toContain('\nA | in a &lt;b>. In code');
  expect(file!.text).toContain('| One \\| two &lt;b>. |');
  expect(await prettier.format(file!.text, { parser: 'markdown', printWidth: 110 })).toBe(file!.text);
});
