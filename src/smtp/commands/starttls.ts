/** STARTTLS (RFC 3207). */

import { type Command, command } from '../engine/command.ts';
import { REPLIES } from '../engine/replies.ts';

const starttls = command({
  verb: 'STARTTLS',
  beforeTLS: true,
  run(exchange, _line, _from, _to, more) {
    const { settings, session, envelope } = exchange;
    if (session.tls !== null) return exchange.refuse(REPLIES.tlsAlready);
    if (settings.tls === null) return exchange.refuse(REPLIES.tlsUnavailable);
    if (session.hostName === null) return exchange.refuse(REPLIES.helloFirst);
    if (envelope.mailFrom !== null) return exchange.refuse(REPLIES.nestedMail);
    if (more || exchange.readAhead) {
      // RFC 3207 section 6: what was sent in the clear must never be taken for what comes after.
      exchange.observer.warn(
        'starttls-injection',
        'octets followed STARTTLS in the clear; they were dropped',
      );
      exchange.deny(REPLIES.tlsPipelined);
      return exchange.close('tls');
    }
    exchange.reply(REPLIES.tlsReady);
    exchange.startTLS();
  },
});

export const TLS_COMMANDS: readonly Command[] = [starttls];
