/** What each parameter of MAIL and RCPT means: one row a keyword. */

import type { Dialogue } from './dialogue.ts';
import type { Body } from './envelope.ts';
import { REPLIES } from './replies.ts';

/** Facts of the envelope that parameters of MAIL state. */
export interface MailFacts {
  declaredSize?: number;
  body?: Body;
  smtpUtf8?: boolean;
}

export interface ParameterReader<T> {
  /** Whether EHLO offers the extension here and now. */
  offered(dialogue: Dialogue): boolean;
  /** Notes the value in `facts`; returns the reply that refuses the command, or undefined. */
  read(value: string | undefined, facts: T, dialogue: Dialogue): string | undefined;
}

const always = (): boolean => true;

export const MAIL_PARAMETERS: ReadonlyMap<string, ParameterReader<MailFacts>> = new Map([
  // RFC 1870 section 6: 1*20DIGIT.
  [
    'SIZE',
    {
      offered: always,
      read(value, facts, { settings }) {
        if (value === undefined || !/^\d{1,20}$/.test(value)) return REPLIES.badParameter;
        const size = Number(value);
        if (settings.dataSizeLimit > 0 && size > settings.dataSizeLimit) return REPLIES.messageTooBig;
        facts.declaredSize = size;
        return undefined;
      },
    },
  ],
  // RFC 6152, RFC 3030 section 3.
  [
    'BODY',
    {
      offered: always,
      read(value, facts) {
        const body = value?.toUpperCase();
        if (body !== '7BIT' && body !== '8BITMIME' && body !== 'BINARYMIME') return REPLIES.badParameter;
        facts.body = body;
        return undefined;
      },
    },
  ],
  // RFC 6531 3.4: no value.
  [
    'SMTPUTF8',
    {
      offered: ({ settings }) => settings.enableSMTPUTF8,
      read(value, facts) {
        if (value !== undefined) return REPLIES.badParameter;
        facts.smtpUtf8 = true;
        return undefined;
      },
    },
  ],
]);

export const RCPT_PARAMETERS: ReadonlyMap<string, ParameterReader<object>> = new Map();
