import type { Production, Word } from '../../../spec/types.ts';
import { fieldsOf, literalOctets, longest, rulesOf, skips } from '../../grammar.ts';
import type { Model } from '../../model.ts';
import type { Draft } from '../../print.ts';

/** The grammar of version 1 as ABNF (RFC 5234, case-sensitive strings of RFC 7405). */
export function emitAbnf({ spec }: Model): Draft {
  const rules = rulesOf(spec.v1);
  const header = rules.get('header')!;
  const around = literalOctets(header.is);
  const words = new Set(spec.v1.flatMap((rule) => fieldsOf(rule.is).map((field) => field.is)));
  const width = Math.max(...spec.v1.map((rule) => rule.name.length));
  const lines = spec.v1.map((rule) => {
    const skipping = rule !== header && skips(rule.is, rules);
    const room = skipping ? header.longest - around - longest(rule.is, rules) : 0;
    const note = `; ${rule.doc} At most ${rule.longest} octets, section ${rule.ref.section ?? rule.ref.source}.`;
    return `${note}\n${rule.name.padEnd(width)} = ${printed(rule.is, room)}\n`;
  });
  const definitions = (Object.keys(WORDS) as Word[])
    .filter((word) => words.has(word))
    .map((word) => WORDS[word]);
  return {
    name: 'v1.abnf',
    from: 'spec/v1.ts',
    comment: ['; ', ''],
    text: `${[...lines, ...definitions, CORE].join('\n')}`,
  };
}

/** A production; `room` octets are left for what is ignored. */
function printed(production: Production, room: number): string {
  if (typeof production === 'string') return literal(production);
  if ('rule' in production) return production.rule;
  if ('field' in production) return production.is;
  if ('skip' in production) return `*${room}ignored`;
  if ('opt' in production) return `[ ${printed(production.opt, room)} ]`;
  if ('seq' in production) return production.seq.map((part) => printed(part, room)).join(' ');
  return `( ${production.alt.map((part) => printed(part, room)).join(' / ')} )`;
}

function literal(text: string): string {
  if (text === '\r\n') return 'CRLF';
  return text === ' ' ? 'SP' : `%s"${text}"`;
}

/** The words as the scanner reads them. */
const WORDS: Readonly<Record<Word, string>> = {
  ipv4: `; Four decimal numbers without leading zeros.
ipv4 = octet 3( "." octet )
`,
  ipv6: `; RFC 4291, section 2.2: "::" stands for at least one group; a dotted quad only behind "::ffff:".
ipv6 = mapped / 7( group ":" ) group
${Array.from({ length: 8 }, (_, before) => `     / ${compressed(before)}`).join('\n')}
mapped = "::ffff:" octet 3( "." octet )
group = 1*4HEXDIG
`,
  port: `; 0 to 65535 without leading zeros.
port = DIGIT / %x31-39 1*3DIGIT / %x31-35 4DIGIT / "6" %x30-34 3DIGIT
     / "65" %x30-34 2DIGIT / "655" %x30-32 DIGIT / "6553" %x30-35
`,
};

/** An address with `before` groups left of "::", and as many right of it as leave one out of eight. */
function compressed(before: number): string {
  const left = before === 0 ? '' : before === 1 ? 'group ' : `group ${before - 1}( ":" group ) `;
  const room = 7 - before;
  if (room === 0) return `${left}"::"`;
  return room === 1 ? `${left}"::" [ group ]` : `${left}"::" [ group *${room - 1}( ":" group ) ]`;
}

const CORE = `; 0 to 255.
octet = DIGIT / %x31-39 DIGIT / "1" 2DIGIT / "2" %x30-34 DIGIT / "25" %x30-35

; Neither CR nor LF: both together end the line, and neither may stand alone.
ignored = %x00-09 / %x0B-0C / %x0E-FF
; RFC 5234, appendix B.1.
SP = %x20
CRLF = %x0D.0A
DIGIT = %x30-39
HEXDIG = DIGIT / "A" / "B" / "C" / "D" / "E" / "F"
`;
