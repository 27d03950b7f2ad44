/** What happens before commands: the PROXY header, who the client is, TLS, the greeting. */

import type { ProxyData } from '../../proxy/index.ts';
import { clientOf } from '../../proxy/node/peer.ts';
import type { ProxySettings } from '../../proxy/node/proxy-options.ts';
import { objection } from '../../proxy/node/header-policy.ts';
import type { Dialogue } from '../engine/exchange.ts';
import { GreetingPause } from './greeting-delay.ts';
import { HeaderInput } from './header-reader.ts';
import { REPLIES } from '../engine/replies.ts';
import { escapeText } from '../../wire/escape.ts';
import { formatReply, readReply } from '../api/reply.ts';

/** Waits for the PROXY header; what comes after it is `then`'s. Where that is TLS, a refusal is a mere close. */
export function awaitHeader(dialogue: Dialogue, proxy: ProxySettings, tls: boolean, then: () => void): void {
  const reader = new proxy.codec.ProxyReader(proxy.decode);
  const until = dialogue.now() + proxy.timeout;
  dialogue.use(new HeaderInput(reader, until, (data) => judgeHeader(dialogue, proxy, tls, data, then)));
}

function judgeHeader(
  dialogue: Dialogue,
  proxy: ProxySettings,
  tls: boolean,
  data: ProxyData,
  then: () => void,
): void {
  const { session, handler, server, envelope } = dialogue;
  session.proxyData = data;
  const problem = objection(data, proxy);
  if (problem !== undefined) {
    dialogue.note('proxy-header-refused', `PROXY header refused: ${escapeText(problem)}`);
    return dialogue.close('proxy-header');
  }
  session.client = clientOf(data);
  if (!dialogue.identified()) {
    if (!tls) dialogue.reply(REPLIES.tooManyConnections);
    return dialogue.close('limit');
  }
  const { handlePROXY } = handler;
  if (handlePROXY === undefined) return dialogue.close('refused');
  dialogue.ask(
    () => handlePROXY.call(handler, server, session, envelope, data),
    (accepted) => (accepted === true ? then() : dialogue.close('refused')),
    (error) => {
      dialogue.report(error);
      dialogue.close('refused');
    },
  );
}

/** The TLS handshake is done: asks the handler whether it is good enough, and goes on with `then`. */
export function askAfterTLS(dialogue: Dialogue, then: () => void): void {
  const { handler, server, session, envelope } = dialogue;
  const go = (accepted: unknown): void => {
    dialogue.resume();
    if (accepted !== false) return then();
    dialogue.reply(REPLIES.tlsRefused);
    dialogue.close('refused');
  };
  if (handler.handleSTARTTLS === undefined) return go(true);
  dialogue.ask(
    () => handler.handleSTARTTLS!(server, session, envelope),
    go,
    (error) => {
      dialogue.report(error);
      go(false);
    },
  );
}

/** Greets the client, after a pause where there is one. `refused` is called when QUIT is all that is left. */
export function greet(dialogue: Dialogue, refused: () => void): void {
  const { greetingDelay } = dialogue.settings;
  const begin = (): void => {
    dialogue.resume();
    askToConnect(dialogue, refused);
  };
  if (greetingDelay === 0 || dialogue.session.greeted) begin();
  else dialogue.use(new GreetingPause(dialogue, dialogue.now() + greetingDelay, begin));
}

function askToConnect(dialogue: Dialogue, refused: () => void): void {
  const { handler, settings, server, session, envelope } = dialogue;
  if (handler.handleConnect === undefined) return dialogue.reply(settings.greeting);
  dialogue.ask(
    () => handler.handleConnect!(server, session, envelope),
    (answer) => {
      if (answer === undefined || answer === null) return dialogue.reply(settings.greeting);
      const { code, text } = readReply(answer, 'handleConnect', '');
      dialogue.reply(formatReply({ code, text }));
      if (code === 421) dialogue.close('refused');
      else if (code >= 300) refused();
    },
    (error) => {
      dialogue.report(error);
      dialogue.reply(REPLIES.greetingFailed);
      dialogue.close('refused');
    },
  );
}
