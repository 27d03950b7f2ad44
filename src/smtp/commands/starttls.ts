/** STARTTLS (RFC 3207). */

import type { Command } from '../engine/exchange.ts';
import { REPLIES } from '../engine/replies.ts';

const starttls: Command = {
  verb: 'STARTTLS',
  longest: 512,
  argument: 'none',
  utf8: false,
  afterHello: false,
  beforeTLS: true,
  junk: false,
  run(dialogue, _line, _from, _to, more) {
    const { settings, session, envelope } = dialogue;
    if (session.tls !== null) return dialogue.refuse(REPLIES.tlsAlready);
    if (settings.tls === null) return dialogue.refuse(REPLIES.tlsUnavailable);
    if (session.hostName === null) return dialogue.refuse(REPLIES.helloFirst);
    if (envelope.mailFrom !== null) return dialogue.refuse(REPLIES.nestedMail);
    if (more || dialogue.readAhead) {
      // RFC 3207 section 6: what was sent in the clear must never be taken for what comes after.
      dialogue.note('starttls-injection', 'octets followed STARTTLS in the clear; they were dropped');
      dialogue.reply(REPLIES.tlsPipelined);
      return dialogue.close('tls');
    }
    dialogue.reply(REPLIES.tlsReady);
    dialogue.startTLS();
  },
};

export const TLS_COMMANDS: readonly Command[] = [starttls];
