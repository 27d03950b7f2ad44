/**
 * Addresses of the envelope, parsed from octets by the grammar of RFC 5321 4.1.2 and 4.1.3 (RFC 6531 3.3 for UTF-8).
 *
 *     Path    = "<" [ A-d-l ":" ] Mailbox ">"        the source route A-d-l is checked and dropped
 *     Mailbox = ( Dot-string / Quoted-string ) "@" ( Domain / "[" address literal "]" )
 */

import { isIPv6 } from 'node:net';
import {
  AT,
  BACKSLASH,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DEL,
  DOT,
  DQUOTE,
  GREATER,
  HYPHEN,
  isAlphanumeric,
  isAtext,
  isDigit,
  LESS,
  OPEN_BRACKET,
  SP,
} from './octets.ts';
import { isMappable, isVisible } from './utf8-address.ts';

/** One address of the envelope. */
export interface Mailbox {
  /** The address as a program compares it: local part re-quoted only where it must be, `@`, the domain as sent. */
  readonly address: string;
  /** The local part without quotes and backslashes, its case kept. */
  readonly local: string;
  /** The domain or the address literal with its brackets, as sent; empty for `<postmaster>`. */
  readonly domain: string;
  /** What stood between the angle brackets, source route included. */
  readonly raw: string;
  /** Whether any octet is non-ASCII, so that the address exists under SMTPUTF8 only. */
  readonly utf8: boolean;
}

export interface ParsedPath {
  /** Null for the empty path `<>`. */
  readonly mailbox: Mailbox | null;
  /** Index of the first octet after `>`. */
  readonly end: number;
  /** Bits of `PathFault`. */
  readonly faults: number;
}

/** Bits of what a path may have only where the caller allows it. */
export const PathFault = {
  /** No angle brackets; the path ends at a space. */
  MISSING_BRACKETS: 1,
  /** Dots at an end of the local part, or side by side. */
  STRAY_DOTS: 2,
  /** No domain, and the local part is not postmaster. */
  MISSING_DOMAIN: 4,
} as const;

const DOMAIN_LIMIT = 255;
const LABEL_LIMIT = 63;

/**
 * Parses the path that starts at `from`. Lengths are octets: domain 255, label 63 (RFC 1035 2.3.4). A local part may be
 * as long as the line: the 64 octets of RFC 5321 4.5.3.1.1 are what everybody must take, and forwarding, VERP and SRS
 * make longer ones. Octets from 0x80 count as atext and as letters; that they are UTF-8 is the caller's check. Of UTF-8 a
 * path holds what can be seen, and its domain what IDNA can map.
 *
 * @param allowed bits of `PathFault`.
 * @returns undefined when the octets are no path.
 */
export function parsePath(octets: Buffer, from: number, to: number, allowed = 0): ParsedPath | undefined {
  const bracket = octets[from] === LESS;
  let faults = bracket ? 0 : PathFault.MISSING_BRACKETS;
  const inside = bracket ? from + 1 : from;
  if (bracket && octets[inside] === GREATER) return { mailbox: null, end: inside + 1, faults };
  const start = octets[inside] === AT ? skipRoute(octets, inside, to) : inside;
  if (start < 0) return undefined;
  let localEnd = skipLocalPart(octets, start, to);
  const dotted = localEnd <= start;
  if (dotted) {
    faults |= PathFault.STRAY_DOTS;
    localEnd = skipDots(octets, start, to);
    if (localEnd < 0) return undefined;
  }
  const hasDomain = localEnd < to && octets[localEnd] === AT;
  const end = hasDomain ? skipHost(octets, localEnd + 1, to) : localEnd;
  if (!(bracket ? end >= 0 && end < to && octets[end] === GREATER : end === to || octets[end] === SP))
    return undefined;
  const sent = text(octets, start, end);
  const utf8 = hasEightBit(octets, start, end);
  const cut = utf8 ? text(octets, start, localEnd).length : localEnd - start;
  const local = sent.slice(0, cut);
  if (!hasDomain && local.toLowerCase() !== 'postmaster') faults |= PathFault.MISSING_DOMAIN;
  if ((faults & ~allowed) !== 0) return undefined;
  const domain = sent.slice(cut + 1);
  const quoted = octets[start] === DQUOTE;
  const unquoted = quoted ? local.slice(1, -1).replace(/\\(.)/gsu, '$1') : local;
  const address = quoted || dotted ? quoteLocalPart(unquoted) + sent.slice(cut) : sent;
  const raw = start === inside ? sent : text(octets, inside, end);
  if ((utf8 || raw !== sent) && !isVisible(raw)) return undefined;
  if (utf8 && !isMappable(domain)) return undefined;
  return { mailbox: { address, local: unquoted, domain, raw, utf8 }, end: bracket ? end + 1 : end, faults };
}

/** Writes a local part, quoted only when it is no Dot-string (RFC 5321 4.1.2). */
export function quoteLocalPart(local: string): string {
  const octets = Buffer.from(local);
  if (octets.length > 0 && skipDotString(octets, 0, octets.length) === octets.length) return local;
  return `"${local.replace(/["\\]/g, '\\$&')}"`;
}

function text(octets: Buffer, from: number, to: number): string {
  return octets.toString('utf8', from, to);
}

function hasEightBit(octets: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (octets[at]! >= 0x80) return true;
  return false;
}

/** `@one,@two:` — returns the index after the colon, or -1. */
function skipRoute(octets: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && octets[at] === AT) {
    at = skipHost(octets, at + 1, to);
    if (at < 0) return -1;
    if (octets[at] === COLON) return at + 1;
    if (octets[at] !== COMMA) return -1;
    at++;
  }
  return -1;
}

function skipLocalPart(octets: Buffer, from: number, to: number): number {
  return octets[from] === DQUOTE ? skipQuotedString(octets, from, to) : skipDotString(octets, from, to);
}

/** The longest Dot-string from `from`; -1 when there is none or it has an empty atom. */
function skipDotString(octets: Buffer, from: number, to: number): number {
  let atom = from;
  let at = from;
  for (; at < to; at++) {
    const octet = octets[at]!;
    if (octet === DOT) {
      if (at === atom) return -1;
      atom = at + 1;
    } else if (octet < 0x80 && !isAtext(octet)) break;
  }
  return at === atom ? -1 : at;
}

/** Atoms with any dots between and around them; -1 where there is no atom. */
function skipDots(octets: Buffer, from: number, to: number): number {
  let atoms = 0;
  let at = from;
  for (; at < to; at++) {
    const octet = octets[at]!;
    if (octet === DOT) continue;
    if (octet < 0x80 && !isAtext(octet)) break;
    atoms++;
  }
  return atoms === 0 ? -1 : at;
}

function skipQuotedString(octets: Buffer, from: number, to: number): number {
  for (let at = from + 1; at < to; at++) {
    const octet = octets[at]!;
    if (octet === DQUOTE) return at + 1;
    if (octet === BACKSLASH) {
      at++;
      if (at >= to || !isQuotable(octets[at]!)) return -1;
    } else if (octet < SP || octet === DEL) return -1;
  }
  return -1;
}

function isQuotable(octet: number): boolean {
  return octet >= SP && octet < DEL;
}

function skipHost(octets: Buffer, from: number, to: number): number {
  const end = octets[from] === OPEN_BRACKET ? skipLiteral(octets, from, to) : skipDomain(octets, from, to);
  return end - from > DOMAIN_LIMIT ? -1 : end;
}

/** The longest Domain from `from`; -1 when there is none or a label is empty, too long, or edged by a hyphen. */
function skipDomain(octets: Buffer, from: number, to: number): number {
  let label = from;
  let at = from;
  for (; at < to; at++) {
    const octet = octets[at]!;
    if (octet === DOT) {
      if (!isLabel(octets, label, at)) return -1;
      label = at + 1;
    } else if (octet < 0x80 && octet !== HYPHEN && !isAlphanumeric(octet)) break;
  }
  return isLabel(octets, label, at) ? at : -1;
}

function isLabel(octets: Buffer, from: number, to: number): boolean {
  return to > from && to - from <= LABEL_LIMIT && octets[from] !== HYPHEN && octets[to - 1] !== HYPHEN;
}

function skipLiteral(octets: Buffer, from: number, to: number): number {
  const close = octets.indexOf(CLOSE_BRACKET, from);
  if (close < 0 || close >= to) return -1;
  return isAddressLiteral(octets.toString('latin1', from, close + 1)) ? close + 1 : -1;
}

/**
 * Whether text is `[1.2.3.4]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3). No other tag is registered.
 */
export function isAddressLiteral(literal: string): boolean {
  if (!literal.startsWith('[') || !literal.endsWith(']')) return false;
  const inner = literal.slice(1, -1);
  if (/^ipv6:/i.test(inner)) return !inner.includes('%') && isIPv6(inner.slice(5));
  const parts = inner.split('.');
  return parts.length === 4 && parts.every(isSnum);
}

function isSnum(part: string): boolean {
  if (part.length === 0 || part.length > 3) return false;
  for (let at = 0; at < part.length; at++) if (!isDigit(part.charCodeAt(at))) return false;
  return Number(part) <= 255;
}
