import { isUtf8, readXtext } from './grammar.ts';
import type { Setup } from './setup.ts';

export interface MailState {
  utf8: boolean;
  binary: boolean;
}

const BAD = '501 5.5.4';

/**
 * Reads the parameters after a path (RFC 5321 4.1.1.11). `facts` is changed only when all are good.
 *
 * @returns the reply that refuses them, or undefined.
 */
export function readParameters(
  verb: 'MAIL' | 'RCPT',
  text: string,
  extended: boolean,
  tls: boolean,
  setup: Setup,
  facts: MailState,
): string | undefined {
  if (text !== '' && !text.startsWith(' ')) return BAD;
  const words = text.split(' ').filter((word) => word !== '');
  if (!words.every((word) => /^[A-Za-z0-9][A-Za-z0-9-]*(?:=[^= ]+)?$/.test(word))) return BAD;
  const seen = new Set<string>();
  const found = { ...facts };
  for (const word of words) {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word)!;
    const keyword = key.toUpperCase();
    const check = extended ? TABLE[verb][keyword] : undefined;
    if (check === undefined) return '555 5.5.4';
    if (seen.has(keyword)) return BAD;
    seen.add(keyword);
    const error = check(value, found, { tls, setup });
    if (error !== undefined) return error;
  }
  Object.assign(facts, found);
  return undefined;
}

type Check = (
  value: string | undefined,
  facts: MailState,
  where: { readonly tls: boolean; readonly setup: Setup },
) => string | undefined;

const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value?.toUpperCase() ?? '') ? undefined : BAD;

const TABLE: Record<'MAIL' | 'RCPT', Record<string, Check>> = {
  MAIL: {
    SIZE(value, _facts, { setup: { dataSizeLimit } }) {
      if (!/^\d{1,20}$/.test(value ?? '')) return BAD;
      return dataSizeLimit > 0 && Number(value) > dataSizeLimit + 1024 ? '552 5.3.4' : undefined;
    },
    BODY(value, facts) {
      facts.binary = value?.toUpperCase() === 'BINARYMIME';
      return oneOf('7BIT', '8BITMIME', 'BINARYMIME')(value, facts, undefined!);
    },
    SMTPUTF8(value, facts) {
      facts.utf8 = true;
      return value === undefined ? undefined : BAD;
    },
    REQUIRETLS: (value, _facts, { tls }) => (value !== undefined ? BAD : tls ? undefined : '530 5.7.10'),
    AUTH(value, _facts, { setup: { authenticates } }) {
      if (!authenticates) return '555 5.5.4';
      return value === undefined ? BAD : undefined;
    },
    RET: oneOf('FULL', 'HDRS'),
    ENVID: (value = '') => (value.length > 100 || readXtext(value) === undefined ? BAD : undefined),
  },
  RCPT: {
    NOTIFY(value = '') {
      const words = value.toUpperCase().split(',');
      const list = words.every((word) => ['SUCCESS', 'FAILURE', 'DELAY'].includes(word));
      const once = new Set(words).size === words.length;
      return value.toUpperCase() === 'NEVER' || (list && once) ? undefined : BAD;
    },
    ORCPT(value = '') {
      const match = /^([a-z0-9-]+);([!-~]+)$/i.exec(value);
      if (value.length > 500 || match === null || !isUtf8(value)) return BAD;
      return match[1]!.toLowerCase() === 'utf-8' || readXtext(match[2]!) !== undefined ? undefined : BAD;
    },
  },
};
