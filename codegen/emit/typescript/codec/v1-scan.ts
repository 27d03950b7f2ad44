import type { Production, Word } from '../../../../spec/types.ts';
import { flatten, leading, type Rules, rulesOf, shortest, without } from '../../../grammar.ts';
import { comment, hexCode, literal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn, local } from '../../../print.ts';
import { ERRORS, V1_SCAN, WIRE, WIRE_TYPES } from '../modules.ts';
import { switchOn } from '../switch.ts';

const SCANNERS: Readonly<Record<Word, { call: string; error: string }>> = {
  ipv4: { call: WIRE.scanIpv4, error: 'V1_BAD_IPV4' },
  ipv6: { call: WIRE.scanIpv6, error: 'V1_BAD_IPV6' },
  port: { call: WIRE.scanPort, error: 'V1_BAD_PORT' },
};

/** The scanner of a version 1 line: the grammar, unrolled. */
export function emitV1Scan({ spec }: Model): Draft {
  const rules = rulesOf(spec.v1);
  const header = rules.get('header')!;
  const least = shortest(header.is, rules);
  return {
    name: 'v1-scan.ts',
    from: 'spec/v1.ts',
    doc: 'Scans a version 1 line. Nothing is made; the ends of its fields are noted.',
    statements: [
      constant(V1_SCAN.V1_SHORTEST, `${least}`, 'Octets of the shortest line.'),
      local(constant('V1_LONGEST', `${header.longest}`, 'Octets of the longest line, CRLF included.')),
      fn(
        V1_SCAN.scanV1,
        { b: 'Uint8Array', limits: WIRE_TYPES.Limits, scan: WIRE_TYPES.Scan },
        'number',
        `const n = b.length;
         let p = 0;
         let q = 0;
         scan.version = 1;
         scan.marks = 0;
         scan.proxied = false;
         ${new Unroller(rules).sequence(flatten(header.is))}
         return p;`,
        'Length of the line at the start of `b`, or NEED, or FAULT.',
      ),
      local(
        fn(
          'need',
          { n: 'number', scan: WIRE_TYPES.Scan },
          'number',
          `return scan.need(Math.max(n + 1, ${V1_SCAN.V1_SHORTEST}));`,
          'More octets than `n` are needed, and never fewer than the shortest line has.',
        ),
      ),
      local(
        fn(
          'fixed',
          { b: 'Uint8Array', p: 'number', text: 'string', error: 'number', scan: WIRE_TYPES.Scan },
          'number',
          `const n = b.length;
           for (let i = 0; i < text.length; i++) {
             if (p + i >= n) return need(n, scan);
             if (b[p + i] !== text.charCodeAt(i)) return scan.fail(error, p + i);
           }
           return p;`,
          'Finds out why the octets at `p` are not `text`.',
        ),
      ),
      local(
        fn(
          'word',
          { result: 'number', n: 'number', error: 'number', scan: WIRE_TYPES.Scan },
          'number',
          `return result === ${WIRE.NEED} ? need(n, scan) : scan.fail(error, ${WIRE.offsetOf}(result));`,
          'Turns what a word scanner reported into NEED or FAULT.',
        ),
      ),
    ],
  };
}

/** Turns the grammar into statements over `b`, `p` and `n`. */
class Unroller {
  private mark = 0;
  private first = true;
  /** Whether the octet at `p` was compared with the next literal already. */
  private known = false;
  /** Whether there is an octet at `p`: a field ends only where one follows. */
  private there = false;
  private readonly rules: Rules;

  constructor(rules: Rules) {
    this.rules = rules;
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
      this.known = true;
      return `if (p >= n) return need(n, scan);\nif (b[p] === ${hexCode(c)}) {\n${this.statement(part.opt)}\n}`;
    }
    if ('field' in part) return this.field(part.is);
    return `for (;; p++) {
      if (p >= n) return need(n, scan);
      if (b[p] === 0x0d) break;
      if (b[p] === 0x0a) return scan.fail(${ERRORS.ERROR}.V1_BAD_LINE_END, p);
      if (p >= V1_LONGEST - 2) return scan.fail(${ERRORS.ERROR}.V1_TOO_LONG, p);
    }`;
  }

  /** A literal; the first of the line begins with its signature. */
  private literal(text: string): string {
    if (text === '') return '';
    if (this.first) {
      this.first = false;
      const signature = text.trimEnd();
      return `${this.octets(signature, `${ERRORS.ERROR}.BAD_SIGNATURE`)}\n${this.literal(text.slice(signature.length))}`;
    }
    return this.octets(text, errorOf(text));
  }

  private octets(text: string, error: string): string {
    const known = this.known ? 1 : 0;
    const there = this.there && text.length === 1;
    this.known = false;
    this.there = false;
    const advance = `p += ${text.length}; // ${literal(text)}`;
    if (text.length === known) return advance;
    const tests = [...text].map((c, i) => `b[p${i === 0 ? '' : ` + ${i}`}] !== ${hexCode(c.charCodeAt(0))}`);
    const enough = there ? [] : [`n - p < ${text.length}`];
    const test = [...enough, ...tests.slice(known)].join(' || ');
    return `if (${test}) return fixed(b, p, ${literal(text)}, ${error}, scan);\n${advance}`;
  }

  private field(is: Word): string {
    const { call, error } = SCANNERS[is];
    const scan =
      is === 'port'
        ? `${call}(b, p, n)`
        : `limits.mixedFamilies ? ${WIRE.scanAddress}(b, p, n) : ${call}(b, p, n)`;
    this.there = true;
    return `q = ${scan};
      if (q < 0) return word(q, n, ${ERRORS.ERROR}.${error}, scan);
      scan.marks |= ${WIRE.mark}(${this.mark++}, q);
      p = q;`;
  }

  private rule(name: string, count = 0): string {
    const rule = this.rules.get(name)!;
    const index = [...this.rules.keys()].indexOf(name);
    const proxied = flatten(rule.is).some((part) => typeof part !== 'string' && 'field' in part);
    this.mark = 0;
    return `scan.rule = ${index}; // ${comment(name)}
${proxied ? 'scan.proxied = true;\n' : ''}${this.sequence(flatten(without(rule.is, count, this.rules)))}`;
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
      this.known = true;
      const inner = group.length > 1 ? this.common(group, done) : this.from(only!, done);
      return { label: hexCode(c), remark: literal(String.fromCharCode(c)), body: `${inner}\nbreak;` };
    });
    const otherwise = `return scan.fail(${ERRORS.ERROR}.V1_BAD_KEYWORD, p);`;
    return `if (p >= n) return need(n, scan);\n${switchOn('b[p]', cases, otherwise)}`;
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
  if (text === '\r\n') return `${ERRORS.ERROR}.V1_BAD_LINE_END`;
  return `${ERRORS.ERROR}.${text === ' ' ? 'V1_BAD_SEPARATOR' : 'V1_BAD_KEYWORD'}`;
}
