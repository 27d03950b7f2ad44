import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Imports run one way. Each room, and the rooms it may take from beside itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  codegen: ['spec'],
  generated: ['src/wire', 'src/proxy'],
  'src/wire': [],
  'src/proxy': ['generated', 'src/wire'],
  'src/sasl': [],
  'src/smtp': ['src/proxy', 'src/sasl'],
  'src/delivery': ['src/smtp', 'src/proxy'],
  'src/cli': [
    'spec',
    'generated',
    'src/wire',
    'src/proxy',
    'src/sasl',
    'src/smtp',
    'src/delivery',
    'codegen',
    'src',
  ],
  src: ['src/proxy', 'src/sasl', 'src/smtp', 'src/delivery'],
};

const ROOT = join(import.meta.dirname, '..');

/** The room of a path below the root: the longest name that fits. */
function roomOf(path: string): string {
  const fitting = Object.keys(ROOMS).filter((room) => path.startsWith(`${room}/`));
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? path;
}

const files = ['spec', 'codegen', 'generated', 'src'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.m?[jt]s$/.test(path))
    .map((path) => join(folder, path)),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)'|^import '(\.[^']+)'/gm);
  return [...found].map(([, from, bare]) => relative(ROOT, join(ROOT, dirname(file), from ?? bare ?? '')));
}

test('every file stands in a room', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !Object.hasOwn(ROOMS, roomOf(file)))).toEqual([]);
});

test('no import runs against the arrows', () => {
  const against = files.flatMap((file) => {
    const room = roomOf(file);
    return importsOf(file)
      .filter((target) => roomOf(target) !== room && !ROOMS[room]!.includes(roomOf(target)))
      .map((target) => `${file} -> ${target}`);
  });
  expect(against).toEqual([]);
});

/** The codec runs in a browser, the mechanisms of AUTH and the core of the server need nothing that is installed. */
test('nothing but Node is imported by name below the command line', () => {
  const named = files
    .filter((file) => /^(?:src\/(?:wire|proxy|sasl|smtp|delivery)|src\/index)/.test(file))
    .flatMap((file) =>
      [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(
          /^(?:import|export)\b[^;]*?\bfrom '([^.'][^']*)'/gm,
        ),
      ]
        .map(([, name]) => name ?? '')
        .filter((name) => !name.startsWith('node:'))
        .map((name) => `${file} -> ${name}`),
    );
  expect(named).toEqual([]);
});
