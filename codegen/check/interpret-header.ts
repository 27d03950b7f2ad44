import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { Layout, Production, Rule, Spec, Word } from '../../spec/types.ts';
import type { Rules } from '../grammar.ts';
import { hexCode } from '../names.ts';
import { octetsOf, type Reading } from './interpret.ts';

/** Reads a whole version 2 header as far as its address block. */
export function interpretHeader(
  octets: Uint8Array,
  spec: Pick<Spec, 'preamble' | 'commands' | 'pairs' | 'layouts'>,
): Reading {
  const { preamble, commands, pairs, layouts } = spec;
  const signature = octetsOf(preamble.signature) ?? new Uint8Array();
  if (octets.length < preamble.size)
    return { fault: `${octets.length} octets, where the preamble has ${preamble.size}` };
  if (signature.some((octet, i) => octets[i] !== octet))
    return { fault: 'it does not begin with the signature' };
  const octet = octets[preamble.versionCommand]!;
  if (octet >> 4 !== preamble.version) return { fault: `the version is ${octet >> 4}` };
  const command = commands.find((row) => row.code === (octet & 0x0f));
  if (command === undefined) return { fault: `no command has code ${hexCode(octet & 0x0f, 1)}` };
  const code = octets[preamble.familyTransport]!;
  const pair = pairs.find((row) => row.code === code);
  if (pair === undefined) return { fault: `no pair has code ${hexCode(code)}` };
  const length = (octets[preamble.length]! << 8) + octets[preamble.length + 1]!;
  const block = octets.subarray(preamble.size);
  if (block.length !== length) return { fault: `the length is ${length}, and ${block.length} octets follow` };
  const means = { command: command.name, family: pair.family, transport: pair.transport };
  const layout = layouts.find((row) => row.family === pair.family);
  if (layout === undefined) return { means };
  return block.length < layout.size
    ? { fault: `${block.length} octets, where the block of ${layout.family} has ${layout.size}` }
    : { means: { ...means, ...addresses(layout, block) } };
}

const SIZES: Readonly<Record<string, number>> = { ipv4: 4, ipv6: 16, unixPath: 108, u16be: 2 };

/** Octets that a field of an address block takes; undefined for a kind that cannot stand there. */
export function sizeInBlock(kind: string): number | undefined {
  return SIZES[kind];
}

function addresses(layout: Layout, block: Uint8Array): Record<string, string | number> {
  const means: Record<string, string | number> = {};
  let at = 0;
  for (const field of layout.fields) {
    const octets = block.subarray(at, at + (sizeInBlock(field.value.kind) ?? 0));
    at += octets.length;
    means[field.name] = addressOf(field.value.kind, octets);
  }
  return means;
}

function addressOf(kind: string, octets: Uint8Array): string | number {
  if (kind === 'u16be') return (octets[0]! << 8) + octets[1]!;
  if (kind === 'ipv4') return octets.join('.');
  if (kind === 'ipv6') {
    const groups = Array.from({ length: 8 }, (_, i) =>
      ((octets[2 * i]! << 8) + octets[2 * i + 1]!).toString(16),
    );
    return canonical(groups.join(':'));
  }
  const end = octets.indexOf(0, 1);
  if (octets[0] === 0 && end === 1) return '';
  return new TextDecoder().decode(octets.subarray(0, end < 0 ? octets.length : end));
}

/** An IPv6 address as RFC 5952 spells it. */
function canonical(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

/** Reads a whole version 1 line by the rule called header; the rule that said what the line is is told too. */
export function interpretLine(
  line: string,
  rules: Rules,
): Reading & { readonly through?: readonly string[] } {
  const header = rules.get('header');
  if (header === undefined) return { fault: 'there is no rule called header' };
  const match: Match = { line, rules, means: {}, through: [], depth: 0 };
  const end = matches(header.is, 0, match);
  if (end === undefined) return { fault: 'no alternative of the grammar matches' };
  if (end < line.length) return { fault: `octets are left from ${end}` };
  return { means: match.means, through: match.through };
}

interface Match {
  readonly line: string;
  readonly rules: Rules;
  readonly means: Record<string, string | number>;
  readonly through: string[];
  depth: number;
}

/** Where the production ends that begins at `at`; undefined where it does not match. */
function matches(production: Production, at: number, match: Match): number | undefined {
  const { line, rules, means } = match;
  if (typeof production === 'string')
    return line.startsWith(production, at) ? at + production.length : undefined;
  if ('seq' in production) {
    let end: number | undefined = at;
    for (const part of production.seq) if (end !== undefined) end = matches(part, end, match);
    return end;
  }
  if ('alt' in production) {
    for (const part of production.alt) {
      const end = matches(part, at, match);
      if (end !== undefined) return end;
    }
    return undefined;
  }
  if ('opt' in production) return matches(production.opt, at, match) ?? at;
  if ('rule' in production) {
    const rule: Rule | undefined = rules.get(production.rule);
    if (rule === undefined || match.depth > rules.size) return undefined;
    match.depth++;
    const end = matches(rule.is, at, match);
    match.depth--;
    if (end !== undefined) match.through.push(rule.name);
    return end;
  }
  if ('skip' in production) {
    const end = line.indexOf('\r\n', at);
    return end < 0 ? line.length : end;
  }
  const word = /[0-9A-Fa-f:.]*/y;
  word.lastIndex = at;
  const text = word.exec(line)?.[0] ?? '';
  const value = READ[production.is](text);
  if (value === undefined) return undefined;
  means[production.field] = value;
  return at + text.length;
}

const READ: Readonly<Record<Word, (text: string) => string | number | undefined>> = {
  ipv4: (text) => (isIPv4(text) ? text : undefined),
  ipv6: (text) => (isIPv6(text) ? canonical(text) : undefined),
  port: (text) => (/^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 0xffff ? Number(text) : undefined),
};
