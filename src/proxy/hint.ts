import type { TlvEntry } from '../wire/index.ts';

/** What stands behind many faults of a kind, guessed from the octets; nothing of it decides anything. */

/** A fault, and the octets that it is in, as far as they are kept. */
export interface Fault {
  readonly code: string;
  readonly octets: Uint8Array;
  readonly offset: number;
  /** The number that was found; type and length in one for a TLV. */
  readonly found: number;
  /** The checksum that was due. */
  readonly due: number;
}

/** A sentence without its full stop, or undefined where there is nothing to say. */
export function hintFor(fault: Fault, tlvs: readonly TlvEntry[]): string | undefined {
  switch (fault.code) {
    case 'bad-signature':
      return otherProtocol(fault.octets);
    case 'v1-bad-keyword':
      return /^PROXY (?:tcp|unk)/i.test(textOf(fault.octets)) && isLower(fault)
        ? 'the words are in upper case'
        : undefined;
    case 'v1-bad-ipv4':
    case 'v1-bad-ipv6':
      return isOtherFamily(fault)
        ? `an address of the other family stands there, as nginx may write it; the option mixedFamilies takes it`
        : undefined;
    case 'v2-too-long':
    case 'v2-address-too-short':
      return swappedLength(fault.found);
    case 'tlv-bad-length':
      return allowedLength(fault.found >>> 16, tlvs);
    case 'tlv-too-many':
    case 'tlv-stray-octets':
    case 'tlv-overrun':
      return fault.octets[fault.offset] === 0
        ? 'zeros are no TLVs: senders that write the size of the largest address block leave them behind the addresses'
        : undefined;
    case 'tlv-duplicate':
      return "HAProxy sends one twice where set-proxy-v2-tlv-fmt names a type that it also sends by itself; the option duplicates: 'first' takes the first";
    case 'bad-checksum':
      return swap32(fault.found) === fault.due
        ? 'its octets are in little endian'
        : 'usually a hop has changed the header and kept its checksum, as dnsdist does';
    default:
      return undefined;
  }
}

const SMTP = /^(?:EHLO|HELO|LHLO|MAIL|RCPT|QUIT|NOOP|RSET|XCLIENT|STARTTLS)\b/i;
const HTTP = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PRI) /;

function otherProtocol(octets: Uint8Array): string | undefined {
  const text = textOf(octets);
  if (octets[0] === 0x16 && (octets.length < 2 || octets[1] === 3)) return 'the peer speaks TLS';
  if (SMTP.test(text)) return 'the peer speaks SMTP';
  if (HTTP.test(text)) return 'the peer speaks HTTP';
  if (/^PROXY /i.test(text)) return 'the words are in upper case';
  if (/^(?:\r?\n)+(?:P|\r\n\r\n\0)/.test(text)) return 'an empty line stands before the header';
  return undefined;
}

/** The first octets, one character each. */
function textOf(octets: Uint8Array): string {
  return String.fromCharCode(...octets.subarray(0, 24));
}

function isLower({ octets, offset }: Fault): boolean {
  const octet = octets[offset] ?? 0;
  return octet >= 0x61 && octet <= 0x7a;
}

/** Whether the word at a fault is an address of the other family, or the beginning of one. */
function isOtherFamily({ octets, offset, code }: Fault): boolean {
  const line = String.fromCharCode(...octets.subarray(0, LONGEST_LINE));
  const start = line.lastIndexOf(' ', offset - 1) + 1;
  const [word = ''] = /^[^ \r\n]*/.exec(line.slice(start))!;
  return code === 'v1-bad-ipv6' ? /^\d{1,3}\.[\d.]*$/.test(word) : /^[0-9a-f]{0,4}:[0-9a-f:.]*$/i.test(word);
}

const LONGEST_LINE = 107;

function swappedLength(found: number): string | undefined {
  const swapped = ((found & 0xff) << 8) | (found >> 8);
  return SIZES.has(swapped)
    ? `its octets seem to be swapped: the other way round it is ${swapped}`
    : undefined;
}

/** Octets of address blocks alone: what most headers have as their length. */
const SIZES = new Set([12, 36, 216]);

function allowedLength(type: number, tlvs: readonly TlvEntry[]): string | undefined {
  const entry = tlvs.find(({ code, parent, field }) => code === type && parent < 0 && !field);
  if (entry === undefined) return undefined;
  const { name, min, max, limit } = entry;
  if (limit !== undefined) return `${name} is bounded by the option ${limit}`;
  return min === max ? `${name} has ${min} octets` : `${name} has ${min}..${max} octets`;
}

function swap32(n: number): number {
  return (((n & 0xff) << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0;
}
