import { show, suggest } from '../diagnostic.ts';
import { isRecord, list, oneOf, record, type Shape, such, text } from './shape.ts';

/** Each production but a literal has one property that says what it is. */
const PRODUCTIONS: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  rule: { rule: text },
  seq: { seq: lazyList('a list of productions') },
  alt: { alt: lazyList('a list of alternatives') },
  opt: {
    opt: { what: 'a production', check: (given, path, report) => production.check(given, path, report) },
  },
  field: { field: text, is: oneOf(['ipv4', 'ipv6', 'port']) },
  skip: { skip: oneOf(['line']) },
};

/** A production of the version 1 grammar. */
export const production: Shape = {
  what: "a production: a literal, or such as { rule: 'tcp4' }",
  check(given, path, report) {
    if (typeof given === 'string') return true;
    if (!isRecord(given)) return such(this.what, () => false).check(given, path, report);
    const kind = Object.keys(PRODUCTIONS).find((key) => given[key] !== undefined);
    if (kind !== undefined)
      return record(`a production "${kind}"`, PRODUCTIONS[kind]!).check(given, path, report);
    const [key] = Object.keys(given);
    const known = Object.keys(PRODUCTIONS);
    const hint = key === undefined ? `there are ${known.join(', ')}` : suggest(key, known);
    report.add(
      'unknown-kind',
      path,
      `${key === undefined ? 'an empty object' : show(key)} is no production; ${hint}`,
    );
    return false;
  },
};

function lazyList(what: string): Shape {
  return { what, check: (given, path, report) => list(production, what).check(given, path, report) };
}
