import { type Path, Report, show, suggest } from '../diagnostic.ts';

/** What a value must look like: a test that reports everything it misses, and words for it. */
export interface Shape {
  /** Completes "expected ...". */
  readonly what: string;
  /** Whether the value is of the shape; where not, the report says why. */
  check(value: unknown, path: Path, report: Report): boolean;
}

/** A property that may be absent. */
export interface Optional {
  readonly optional: Shape;
}

export function optional(shape: Shape): Optional {
  return { optional: shape };
}

/** The deepest nesting of a table: an object that refers to itself has no end. */
const DEEPEST = 40;

/** A value that satisfies a predicate. */
export function such(what: string, holds: (value: unknown) => boolean): Shape {
  return {
    what,
    check(value, path, report) {
      if (holds(value)) return true;
      report.add(isJson(value) ? 'wrong-type' : 'not-json', path, `expected ${what}, found ${show(value)}`);
      return false;
    },
  };
}

export const text: Shape = such('text', (value) => typeof value === 'string');
export const integer: Shape = such('a whole number from 0', isNatural);
export const flag: Shape = such('true or false', (value) => typeof value === 'boolean');

/** Text or number under words of its own. */
export function described(what: string, shape: Shape): Shape {
  return such(what, (value) => shape.check(value, [], new Report()));
}

export function oneOf(values: readonly (string | number)[]): Shape {
  return such(values.map((value) => show(value)).join(' or '), (value) =>
    (values as readonly unknown[]).includes(value),
  );
}

/** A list of which every element has the shape. */
export function list(shape: Shape, what: string): Shape {
  return {
    what,
    check(value, path, report) {
      if (!Array.isArray(value)) return such(what, () => false).check(value, path, report);
      let good = true;
      for (let i = 0; i < value.length; i++) good = shape.check(value[i], [...path, i], report) && good;
      return good;
    },
  };
}

/** An object with these properties and no other; naming all of `T` is checked by the compiler. `noun` is what it is called. */
export function record<T>(
  noun: string,
  properties: Readonly<Record<keyof T & string, Shape | Optional>>,
  what: string = noun,
): Shape {
  const entries = Object.entries<Shape | Optional>(properties);
  return {
    what,
    check(value, path, report) {
      if (!isRecord(value) || path.length > DEEPEST) {
        const deep = path.length > DEEPEST ? ' that does not nest without end' : '';
        return such(`${what}${deep}`, () => false).check(value, path, report);
      }
      let good = true;
      for (const [key, property] of entries) {
        const shape = 'optional' in property ? property.optional : property;
        if (value[key] !== undefined) good = shape.check(value[key], [...path, key], report) && good;
        else if (shape === property) {
          report.add('missing-property', path, `${noun} has no "${key}": expected ${shape.what}`);
          good = false;
        }
      }
      return extras(value, Object.keys(properties), noun, path, report) && good;
    },
  };
}

/** Whether an object has no other properties than these. */
export function extras(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
  path: Path,
  report: Report,
): boolean {
  let good = true;
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    report.add('unknown-property', [...path, key], `${what} has no ${show(key)}; ${suggest(key, known)}`);
    good = false;
  }
  return good;
}

/** An object as JSON makes them. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isNatural(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether JSON can hold the value; elements and properties are not looked at. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Array.isArray(value) ||
    isRecord(value)
  );
}
