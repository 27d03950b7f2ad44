/** Lines of SMTP as regular expressions over latin1 text: RFC 5321 4.1.2 read aloud, and nothing faster. */

const HIGH = '\\x80-\\xff';
const ATOM = `[A-Za-z0-9!#$%&'*+\\-/=?^_\`{|}~${HIGH}]+`;
const QUOTED = `"(?:[ !#-\\[\\]-~${HIGH}]|\\\\[ -~])*"`;
const LABEL = `[A-Za-z0-9${HIGH}](?:[A-Za-z0-9${HIGH}-]*[A-Za-z0-9${HIGH}])?`;
const DOMAIN = `${LABEL}(?:\\.${LABEL})*`;
const HOST = `(?:${DOMAIN}|\\[[^\\]]*\\])`;
const ROUTE = `(?:((?:@${HOST},)*@${HOST}):)?`;
const PATH = new RegExp(`^<${ROUTE}(${ATOM}(?:\\.${ATOM})*|${QUOTED})(?:@(${HOST}))?>`);
const BARE_PATH = new RegExp(`^${ROUTE}(${ATOM}(?:\\.${ATOM})*|${QUOTED})(?:@(${HOST}))?(?= |$)`);
const DOTTED = `(?:\\.*${ATOM})+\\.*`;
const DOTTED_PATH = new RegExp(`^<${ROUTE}(${DOTTED})(?:@(${HOST}))?>`);
const DOTTED_BARE_PATH = new RegExp(`^${ROUTE}(${DOTTED})(?:@(${HOST}))?(?= |$)`);

/** A path at the start of the text: what stands in the brackets, its parts, and the text behind it. */
export interface Path {
  readonly raw: string;
  readonly local: string;
  /** Null for an address without domain. */
  readonly domain: string | null;
  /** Local part and domain, without route and without quotes. */
  readonly address: string;
  readonly rest: string;
}

/** Undefined when there is no path; the null path has an empty local part. A tolerant reader takes what devices send. */
export function readPath(text: string, tolerant = false): Path | undefined {
  if (text.startsWith('<>')) return { raw: '', local: '', domain: null, address: '', rest: text.slice(2) };
  const patterns = tolerant ? [PATH, BARE_PATH, DOTTED_PATH, DOTTED_BARE_PATH] : [PATH];
  const match = patterns.map((pattern) => pattern.exec(text)).find((found) => found !== null) ?? null;
  if (match === null) return undefined;
  const [whole, route, local = '', domain] = match;
  const hosts = route === undefined ? [] : route.slice(1).split(',@');
  if (![...hosts, ...(domain === undefined ? [] : [domain])].every(isHost)) return undefined;
  if (!isSeen(whole)) return undefined;
  if (/[\x80-\xff]/.test(local + domain) && domain !== undefined && !isName(domain)) return undefined;
  const address = local.replace(/^"(.*)"$/s, '$1').replace(/\\(.)/gs, '$1') + (domain ?? '');
  return {
    raw: whole.startsWith('<') ? whole.slice(1, -1) : whole,
    local,
    domain: domain ?? null,
    address,
    rest: text.slice(whole.length),
  };
}

/** A domain that a browser would look up (UTS 46), unless characters that it leaves out stand in it. */
function isName(domain: string): boolean {
  if (!/[\x80-\xff]/.test(domain)) return true;
  const text = Buffer.from(domain, 'latin1').toString();
  if (!URL.canParse(`ftp://${text}`) || /(?![\u200c\u200d])\p{DI}/u.test(text)) return false;
  const { hostname } = new URL(`http://${text}`);
  return hostname.length <= 255 && /^(?!\.)(?:(?:^|\.)[a-z0-9-]{1,63})+$/.test(hostname);
}

function isHost(host: string): boolean {
  if (host.length > 255) return false;
  return host.startsWith('[') ? isLiteral(host) : host.split('.').every((label) => label.length <= 63);
}

/** RFC 5321 4.1.3. */
function isLiteral(text: string): boolean {
  const v4 = /^\[(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\]$/.exec(text);
  if (v4 !== null) return v4.slice(1).every((part) => Number(part) <= 255);
  const v6 = /^\[IPv6:([0-9a-f:.]+)\]$/i.exec(text);
  return v6 !== null && isV6(v6[1]!);
}

/** RFC 4291 2.2: eight groups, or fewer and one `::`, the last two perhaps as IPv4. */
export function isV6(text: string): boolean {
  const v4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (v4 !== null) {
    const parts = v4[2]!.split('.');
    if (!parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return false;
    return isV6(`${v4[1]}0:0`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

/** What everybody who reads it sees. */
export function isSeen(latin1: string): boolean {
  const text = Buffer.from(latin1, 'latin1').toString();
  return !/(?![ \u200c\u200d\p{VS}])[\p{Z}\p{Cf}\p{DI}\p{NChar}]/u.test(text);
}

/** The argument of HELO and EHLO: what can be seen, and more than the RFC allows. */
export function isHelloName(text: string, tolerant: boolean): boolean {
  return text.length <= 255 && isSeen(text) && (tolerant || !text.includes(' '));
}

/** xtext of RFC 3461 section 4, decoded; undefined when it is none or holds what is not printable. */
export function readXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})+$/.test(text)) return undefined;
  const decoded = text.replace(/\+(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return /^[ -~]*$/.test(decoded) ? decoded : undefined;
}

export function isUtf8(latin1: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
    return true;
  } catch {
    return false;
  }
}
