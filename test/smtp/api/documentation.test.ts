import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { MEMBERS } from '../../../src/smtp/api/options/handler-checks.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../src/smtp/api/${name}`, import.meta.url), 'utf8');

/** The first part of a member's comment, before its tags; empty where it has none. */
function textOf(source: string, member: string): string {
  const [, comment = ''] =
    new RegExp(String.raw`/\*\*((?:[^*]|\*(?!/))*)\*/\s*(?:readonly )?${member}\??[:(]`).exec(source) ?? [];
  return comment
    .replace(/\s*\n\s*\*\s?/g, ' ')
    .split(/(?:^|\s)@/)[0]!
    .trim();
}

const handlerSource = read('handler.ts');
it.each(Object.keys(MEMBERS) as (keyof Handler)[])('%s says when it is called and what it does', (name) => {
  expect(textOf(handlerSource, name).length).toBeGreaterThan(30);
});

const { timeouts, limits, dataSizeLimit } = new SMTPServer({ handleDATA() {} }).settings;
const options: [string, number, (value: number) => SMTPServerOptions][] = [
  ['dataSizeLimit', dataSizeLimit, (value) => ({ dataSizeLimit: value })],
  ['greetingDelay', 0, (value) => ({ greetingDelay: value })],
  ...Object.entries(timeouts).map(([name, value]): (typeof options)[number] => [
    name,
    value,
    (other) => ({ timeouts: { [name]: other } }),
  ]),
  ...Object.entries(limits).map(([name, value]): (typeof options)[number] => [
    name,
    value,
    (other) => ({ limits: { [name]: other } }),
  ]),
];
const optionsSource = read('options/options.ts');

/** The range that the check itself names. */
function rangeOf(make: (value: number) => SMTPServerOptions): [number, number] {
  try {
    void new SMTPServer({ handleDATA() {} }, make(-1));
  } catch (error) {
    const [, least, most] = /from (\d+) to (\d+)/.exec((error as Error).message)!;
    return [Number(least), Number(most)];
  }
  throw new Error('-1 was accepted');
}

it.each(options)('the comment of %s names its default and its range', (name, value, make) => {
  const text = textOf(optionsSource, name);
  const [least, most] = rangeOf(make);
  const number = (of: number): string => of.toLocaleString('en');
  const range =
    most === Number.MAX_SAFE_INTEGER ? `At least ${number(least)}` : `${number(least)} to ${number(most)} ms`;
  expect(text).toContain(`${range}, default ${number(value)}.`);
});
