import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SMTP_BASE = ['src/wire', 'src/proxy', 'src/proxy/node', 'src/sasl', 'src/smtp/grammar'];
const SMTP_PHASE = [...SMTP_BASE, 'src/smtp/api', 'src/smtp/engine'];
/** What conversation.ts may take from: all rooms but that of the sockets. */
const SMTP_INNER = [
  ...SMTP_PHASE,
  'src/smtp/opening',
  'src/smtp/auth',
  'src/smtp/content',
  'src/smtp/commands',
];
const SMTP = [...SMTP_INNER, 'src/smtp', 'src/smtp/server'];

const DELIVERY_BASE = ['src/wire', 'src/smtp/api', 'src/smtp/content'];

const CLI_BASE = ['spec', 'generated', 'src/wire', 'src/proxy', 'src/proxy/node'];
/** A command takes from the libraries and from what commands share, never from another command. */
const CLI_COMMAND = [...CLI_BASE, ...SMTP, 'src/delivery/maildir', 'src/cli/shared'];

/** Imports run one way. Each room, and the rooms it may take from beside itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  codegen: ['spec', 'src/wire'],
  generated: ['src/wire', 'src/schemas'],
  'src/wire': [],
  'src/schemas': ['src/wire'],
  'src/proxy': ['generated', 'src/wire'],
  'src/proxy/node': ['src/proxy', 'src/wire'],
  'src/sasl': ['src/wire'],
  'src/smtp/grammar': [],
  'src/smtp/api': SMTP_BASE,
  'src/smtp/engine': [...SMTP_BASE, 'src/smtp/api'],
  'src/smtp/opening': SMTP_PHASE,
  'src/smtp/auth': SMTP_PHASE,
  'src/smtp/content': SMTP_PHASE,
  'src/smtp/commands': [...SMTP_PHASE, 'src/smtp/opening', 'src/smtp/auth', 'src/smtp/content'],
  'src/smtp': SMTP_INNER,
  'src/smtp/server': [...SMTP_INNER, 'src/smtp'],
  'src/delivery/maildir': DELIVERY_BASE,
  'src/delivery': [...DELIVERY_BASE, 'src/delivery/maildir'],
  'src/cli/shared': [...CLI_BASE, 'codegen'],
  'src/cli/serve': CLI_COMMAND,
  'src/cli/send': CLI_COMMAND,
  'src/cli/inspect': CLI_COMMAND,
  'src/cli/encode': [...CLI_COMMAND, 'src/schemas'],
  'src/cli/codegen': [...CLI_COMMAND, 'codegen'],
  'src/cli': ['serve', 'send', 'inspect', 'encode', 'codegen', 'shared'].map((room) => `src/cli/${room}`),
  src: [...SMTP, 'src/delivery'],
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

/** What a file imports from this repository: values and types, at its top, in a type or when it is needed. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)'|^import '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm,
  );
  return [...found].map(([, from, bare, later]) =>
    relative(ROOT, join(ROOT, dirname(file), from ?? bare ?? later ?? '')),
  );
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

/** Circles of files, each sorted: the strongly connected components with more than one file (Tarjan). */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (path.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = path.splice(path.indexOf(file));
    if (circle.length > 1) found.push(circle.toSorted());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

test('a circle is found where there is one', () => {
  const graph = { a: ['b'], b: ['c', 'd'], c: ['a'], d: [], e: ['d'] };
  expect(circles(new Map(Object.entries(graph)))).toEqual([['a', 'b', 'c']]);
});

test('no file imports itself by way of others, types included', () => {
  expect(circles(new Map(files.map((file) => [file, importsOf(file)])))).toEqual([]);
});
