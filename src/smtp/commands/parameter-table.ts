/** What each parameter of MAIL and RCPT means: one row a keyword. */

import { parsePath } from '../grammar/address.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { MailFacts, Notify, RcptFacts } from '../api/envelope.ts';
import { REPLIES } from '../engine/replies.ts';
import { decodeUnitext, decodeXtext } from '../grammar/xtext.ts';

export interface ParameterReader<T> {
  /** Whether EHLO offers the extension in the present state of the session. */
  offered(exchange: Exchange): boolean;
  /** Notes the value in `facts`; returns the reply that refuses the command, or undefined. */
  read(value: string | undefined, facts: T, exchange: Exchange): string | undefined;
}

const always = (): boolean => true;
const bad = REPLIES.badParameter;

/**
 * Octets by which a declared size may be above the limit: clients add their own header fields to it in advance (Exim and
 * Dovecot 1024, less a few). The content decides.
 */
const SIZE_MARGIN = 1024;

/** RFC 1870 section 6: 1*20DIGIT. */
const size: ParameterReader<MailFacts> = {
  offered: always,
  read(value, facts, { settings }) {
    if (value === undefined || !/^\d{1,20}$/.test(value)) return bad;
    const octets = Number(value);
    const { dataSizeLimit } = settings;
    if (dataSizeLimit > 0 && octets > dataSizeLimit + SIZE_MARGIN) return REPLIES.messageTooBig;
    facts.declaredSize = octets;
    return undefined;
  },
};

/** RFC 6152, RFC 3030 section 3. */
const body: ParameterReader<MailFacts> = {
  offered: always,
  read(value, facts) {
    const kind = value?.toUpperCase();
    if (kind !== '7BIT' && kind !== '8BITMIME' && kind !== 'BINARYMIME') return bad;
    facts.body = kind;
    return undefined;
  },
};

/** RFC 6531 3.4: no value. */
const smtpUtf8: ParameterReader<MailFacts> = {
  offered: ({ settings }) => settings.enableSMTPUTF8,
  read(value, facts) {
    if (value !== undefined) return bad;
    facts.smtpUtf8 = true;
    return undefined;
  },
};

/** RFC 8689 section 2: no value, and only where this hop is encrypted itself. */
const requireTLS: ParameterReader<MailFacts> = {
  offered: always,
  read(value, facts, { session }) {
    if (value !== undefined) return bad;
    if (session.tls === null) return REPLIES.requireTLSInClear;
    facts.requireTLS = true;
    return undefined;
  },
};

/** RFC 3461 4.3. */
const ret: ParameterReader<MailFacts> = {
  offered: always,
  read(value, facts) {
    const kind = value?.toUpperCase();
    if (kind !== 'FULL' && kind !== 'HDRS') return bad;
    facts.returnContent = kind;
    return undefined;
  },
};

/** RFC 3461 4.4: xtext of at most 100 octets. */
const envid: ParameterReader<MailFacts> = {
  offered: always,
  read(value, facts) {
    const id = value === undefined || value.length > 100 ? undefined : decodeXtext(value);
    if (id === undefined) return bad;
    facts.envelopeId = id;
    return undefined;
  },
};

/**
 * RFC 4954 section 5: who submitted the message first, a claim that decides nothing here. A value that is no mailbox says
 * as little as `<>`: Dovecot's relay sends plain user names.
 */
const auth: ParameterReader<MailFacts> = {
  offered: ({ settings }) => settings.auth !== null,
  read(value, facts) {
    if (value === undefined) return bad;
    facts.authSender = mailboxIn(value) ?? '';
    return undefined;
  },
};

/** The mailbox that xtext stands for, as it was sent. */
function mailboxIn(value: string): string | undefined {
  const sender = decodeXtext(value, true);
  const octets = Buffer.from(`<${sender}>`);
  const path = sender === undefined ? undefined : parsePath(octets, 0, octets.length);
  return path?.end === octets.length && path.mailbox?.domain ? sender : undefined;
}

/** RFC 6710 section 4: -9 to 9. */
const priority: ParameterReader<MailFacts> = {
  offered: ({ handler }) => handler.honours?.priority === true,
  read(value, facts) {
    if (value === undefined || !/^(?:0|-?[1-9])$/.test(value)) return bad;
    facts.priority = Number(value);
    return undefined;
  },
};

/** RFC 4865 section 4: seconds, at most 9 digits. */
const holdFor: ParameterReader<MailFacts> = {
  offered: ({ handler }) => handler.honours?.futureRelease !== undefined,
  read(value, facts, { handler }) {
    if (facts.holdUntil || value === undefined || !/^[1-9]\d{0,8}$/.test(value)) return bad;
    const seconds = Number(value);
    if (seconds > handler.honours!.futureRelease!) return REPLIES.holdTooLong;
    facts.holdUntil = new Date(Date.now() + seconds * 1000);
    return undefined;
  },
};

/** RFC 4865 section 4: an Internet date-time. */
const holdUntil: ParameterReader<MailFacts> = {
  offered: holdFor.offered,
  read(value, facts, { handler }) {
    const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
    if (facts.holdUntil || value === undefined || !form.test(value)) return bad;
    const date = new Date(value.toUpperCase());
    if (Number.isNaN(date.getTime())) return bad;
    if (date.getTime() > Date.now() + handler.honours!.futureRelease! * 1000) return REPLIES.holdTooLong;
    facts.holdUntil = date;
    return undefined;
  },
};

export const MAIL_PARAMETERS: ReadonlyMap<string, ParameterReader<MailFacts>> = new Map([
  ['SIZE', size],
  ['BODY', body],
  ['SMTPUTF8', smtpUtf8],
  ['REQUIRETLS', requireTLS],
  ['RET', ret],
  ['ENVID', envid],
  ['AUTH', auth],
  ['MT-PRIORITY', priority],
  ['HOLDFOR', holdFor],
  ['HOLDUNTIL', holdUntil],
]);

/** RFC 3461 4.1: NEVER alone, or a list of the others. */
const notify: ParameterReader<RcptFacts> = {
  offered: always,
  read(value, facts) {
    const words = value?.toUpperCase().split(',') ?? [];
    const known = words.every((word) => ['SUCCESS', 'FAILURE', 'DELAY'].includes(word));
    const never = words.length === 1 && words[0] === 'NEVER';
    if ((!known && !never) || words.length === 0 || new Set(words).size < words.length) return bad;
    facts.notify = words as Notify[];
    return undefined;
  },
};

/** RFC 3461 4.2, RFC 6533 section 3: address type, semicolon, address in xtext; at most 500 octets. */
const orcpt: ParameterReader<RcptFacts> = {
  offered: always,
  read(value, facts, { envelope }) {
    const match =
      value === undefined || Buffer.byteLength(value) > 500 ? null : /^([a-z0-9-]+);(.+)$/is.exec(value);
    if (match === null) return bad;
    const [, type = '', text = ''] = match;
    const utf8 = type.toLowerCase() === 'utf-8';
    const ascii = /^[\x21-\x7e]*$/.test(text);
    const address =
      utf8 && (ascii || envelope.smtpUtf8) ? decodeUnitext(text) : ascii ? decodeXtext(text) : undefined;
    if (address === undefined) return bad;
    facts.originalRecipient = { type, address, raw: text };
    return undefined;
  },
};

export const RCPT_PARAMETERS: ReadonlyMap<string, ParameterReader<RcptFacts>> = new Map([
  ['NOTIFY', notify],
  ['ORCPT', orcpt],
] as const);
