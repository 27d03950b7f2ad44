import { isSeen, isV6, readXtext } from './grammar.ts';

const BOTH = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO'];
const KNOWN: Record<string, string[]> = {
  XCLIENT: [...BOTH, 'LOGIN', 'DESTADDR', 'DESTPORT', 'SESSION', 'TTL', 'CLIENT-TRANSPORT'],
  XFORWARD: [...BOTH, 'IDENT', 'SOURCE'],
};

/** Whether the attributes of XCLIENT or XFORWARD are good (Postfix XCLIENT_README, XFORWARD_README). */
export function readAttributes(verb: string, argument: string, raw: boolean): boolean {
  const seen = new Map<string, string>();
  for (const word of argument.split(/ +/)) {
    const match = /^([^=]*)=(.*)$/.exec(word);
    const name = match?.[1]!.toUpperCase() ?? '';
    if (!KNOWN[verb]!.includes(name) || seen.has(name)) return false;
    const value = match![2]!;
    const unavailable = /^\[(?:TEMP)?UNAVAIL(?:ABLE)?\]$/i.test(value);
    const decoded = unavailable ? '' : raw ? readRaw(value) : readXtext(value);
    if (decoded === undefined) return false;
    if (!unavailable) seen.set(name, decoded);
    else seen.set(name, '');
  }
  const address = seen.get('ADDR') ?? '';
  const port = seen.get('PORT') ?? '';
  return (address === '' || isAddress(address)) && (port === '' || isPort(port));
}

function readRaw(value: string): string | undefined {
  return value !== '' && isSeen(value) ? value : undefined;
}

function isAddress(text: string): boolean {
  const parts = text.split('.');
  const v4 =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return v4 || isV6(text.replace(/^IPV6:/i, ''));
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
