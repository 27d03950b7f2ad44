import type { Production, Word } from '../../../../spec/types.ts';
import { flatten, leading, type Rules, rulesOf, shortest, without } from '../../../grammar.ts';
import { hexCode, literal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn } from '../../../print.ts';

/** Bits that the end of a field takes in `Scan.marks`. */
export const MARK_BITS = 7;

const SCANNERS: Readonly<Record<Word, { call: string; error: string }>> = {
  ipv4: { call: 'scanIpv4', error: 'V1_BAD_IPV4' },
  ipv6: { call: 'scanIpv6', error: 'V1_BAD_IPV6' },
  port: { call: 'scanPort', error: 'V1_BAD_PORT' },
};

/** The scanner of a version 1 line: the grammar, unrolled. */
export function emitV1Scan({ spec }: Model, wire: string): Draft {
  const rules = rulesOf(spec.v1);
  const header = rules.get('header')!;
  const least = shortest(header.is, rules);
  const body = `
    const n = b.length;
    let p = 0;
    let q = 0;
    scan.version = 1;
    scan.marks = 0;
    scan.proxied = false;
    ${new Unroller(rules, header.longest).sequence(flatten(header.is))}
    return p;`;
  const scanners = ['scanAddress', 'scanIpv4', 'scanIpv6', 'scanPort'].filter((name) =>
    body.includes(`${name}(`),
  );
  return {
    name: 'v1-scan.ts',
    from: 'spec/v1.ts',
    doc: 'Scans a version 1 line. Nothing is made; the ends of its fields are noted.',
    imports: [
      { from: wire, names: ['Limits', 'Scan'], typeOnly: true },
      { from: wire, names: ['NEED', 'offsetOf', ...scanners] },
      { from: './errors.ts', names: ['ERROR'] },
    ],
    statements: [
      constant('V1_SHORTEST', `${least}`, 'Octets of the shortest line.'),
      fn(
        'scanV1',
        ['b: Uint8Array', 'limits: Limits', 'scan: Scan'],
        'number',
        body,
        'Length of the line at the start of `b`, or NEED, or FAULT.',
      ),
      fn(
        'need',
        ['n: number', 'scan: Scan'],
        'number',
        'return scan.need(Math.max(n + 1, V1_SHORTEST));',
        'More octets than `n` are needed, and never fewer than the shortest line has.',
        false,
      ),
      fn(
        'fixed',
        ['b: Uint8Array', 'p: number', 'text: string', 'error: number', 'scan: Scan'],
        'number',
        `const n = b.length;
         for (let i = 0; i < text.length; i++) {
           if (p + i >= n) return need(n, scan);
           if (b[p + i] !== text.charCodeAt(i)) return scan.fail(error, p + i);
         }
         return p;`,
        'Finds out why the octets at `p` are not `text`.',
        false,
      ),
      fn(
        'word',
        ['result: number', 'n: number', 'error: number', 'scan: Scan'],
        'number',
        'return result === NEED ? need(n, scan) : scan.fail(error, offsetOf(result));',
        'Turns what a word scanner reported into NEED or FAULT.',
        false,
      ),
    ],
  };
}

/** Turns the grammar into statements over `b`, `p` and `n`. */
class Unroller {
  private mark = 0;
  private first = true;
  private readonly rules: Rules;
  private readonly bound: number;

  constructor(rules: Rules, bound: number) {
    this.rules = rules;
    this.bound = bound;
  }

  sequence(parts: readonly Production[]): string {
    return parts.map((part) => this.statement(part)).join('\n');
  }

  private statement(part: Production): string {
    if (typeof part === 'string') return this.literal(part);
    if ('seq' in part) return this.sequence(part.seq);
    if ('rule' in part) return this.rule(part.rule);
    if ('alt' in part) return this.alternatives(part.alt);
    if ('opt' in part) {
      const c = leading(part.opt, this.rules).charCodeAt(0);
      return `if (p >= n) return need(n, scan);\nif (b[p] === ${hexCode(c)}) {\n${this.statement(part.opt)}\n}`;
    }
    if ('field' in part) return this.field(part.is);
    return `for (;; p++) {
      if (p >= n) return need(n, scan);
      if (b[p] === 0x0d) break;
      if (b[p] === 0x0a) return scan.fail(ERROR.V1_BAD_LINE_END, p);
      if (p >= ${this.bound - 2}) return scan.fail(ERROR.V1_TOO_LONG, p);
    }`;
  }

  /** A literal; the first of the line begins with its signature. */
  private literal(text: string): string {
    if (text === '') return '';
    if (this.first) {
      this.first = false;
      const signature = text.trimEnd();
      return `${this.octets(signature, 'ERROR.BAD_SIGNATURE')}\n${this.literal(text.slice(signature.length))}`;
    }
    return this.octets(text, errorOf(text));
  }

  private octets(text: string, error: string): string {
    const tests = [...text].map((c, i) => `b[p${i === 0 ? '' : ` + ${i}`}] !== ${hexCode(c.charCodeAt(0))}`);
    const check = `if (n - p < ${text.length} || ${tests.join(' || ')}) return fixed(b, p, ${literal(text)}, ${error}, scan);`;
    return `// ${literal(text)}\n${check}\np += ${text.length};`;
  }

  private field(is: Word): string {
    const { call, error } = SCANNERS[is];
    const scan =
      is === 'port' ? `${call}(b, p, n)` : `limits.mixedFamilies ? scanAddress(b, p, n) : ${call}(b, p, n)`;
    const shift = MARK_BITS * this.mark++;
    return `q = ${scan};
      if (q < 0) return word(q, n, ERROR.${error}, scan);
      scan.marks |= q${shift === 0 ? '' : ` << ${shift}`};
      p = q;`;
  }

  private rule(name: string, count = 0): string {
    const rule = this.rules.get(name)!;
    const index = [...this.rules.keys()].indexOf(name);
    const proxied = flatten(rule.is).some((part) => typeof part !== 'string' && 'field' in part);
    this.mark = 0;
    return `// ${name}
      scan.rule = ${index};
      ${proxied ? 'scan.proxied = true;' : ''}
      ${this.sequence(flatten(without(rule.is, count, this.rules)))}`;
  }

  /** Alternatives by their literals: what they begin with alike is checked once, then one octet decides. */
  private alternatives(parts: readonly Production[], done = 0): string {
    const groups = new Map<number, Production[]>();
    for (const part of parts) {
      const c = leading(part, this.rules).charCodeAt(done);
      groups.set(c, [...(groups.get(c) ?? []), part]);
    }
    const cases = [...groups].map(([c, group]) => {
      const [only] = group;
      const inner = group.length > 1 ? this.common(group, done) : this.from(only!, done);
      return `case ${hexCode(c)}: {\n${inner}\nbreak;\n}`;
    });
    return `if (p >= n) return need(n, scan);
      switch (b[p]) {
        ${cases.join('\n')}
        default: return scan.fail(ERROR.V1_BAD_KEYWORD, p);
      }`;
  }

  private common(group: readonly Production[], done: number): string {
    const texts = group.map((part) => leading(part, this.rules));
    let end = done;
    while (texts.every((text) => text.length > end && text[end] === texts[0]![end])) end++;
    return `${this.literal(texts[0]!.slice(done, end))}\n${this.alternatives(group, end)}`;
  }

  private from(part: Production, done: number): string {
    if (typeof part !== 'string' && 'rule' in part) return this.rule(part.rule, done);
    return this.statement(without(part, done, this.rules));
  }
}

/** CRLF ends the line, a blank parts fields, the rest are keywords. */
function errorOf(text: string): string {
  if (text === '\r\n') return 'ERROR.V1_BAD_LINE_END';
  return text === ' ' ? 'ERROR.V1_BAD_SEPARATOR' : 'ERROR.V1_BAD_KEYWORD';
}
