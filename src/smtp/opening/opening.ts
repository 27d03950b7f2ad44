/** What happens before commands: the PROXY header, who the client is, TLS, the greeting. */

import type { ProxyData } from '../../proxy/index.ts';
import { clientOf } from '../../proxy/node/peer.ts';
import type { ProxySettings } from '../../proxy/node/proxy-options.ts';
import { refusalReason } from '../../proxy/node/header-policy.ts';
import type { Exchange } from '../engine/exchange.ts';
import { GreetingDelay } from './greeting-delay.ts';
import { ProxyHeaderReader } from './header-reader.ts';
import { REPLIES } from '../engine/replies.ts';
import { escapeText } from '../../wire/escape.ts';
import { formatReply, readReply } from '../api/reply.ts';

/** Waits for the PROXY header; what comes after it is `then`'s. Where that is TLS, a refusal is a mere close. */
export function awaitHeader(exchange: Exchange, proxy: ProxySettings, tls: boolean, then: () => void): void {
  const reader = new proxy.codec.ProxyReader(proxy.decode);
  const until = exchange.now() + proxy.timeout;
  exchange.use(new ProxyHeaderReader(reader, until, (data) => judgeHeader(exchange, proxy, tls, data, then)));
}

function judgeHeader(
  exchange: Exchange,
  proxy: ProxySettings,
  tls: boolean,
  data: ProxyData,
  then: () => void,
): void {
  const { session, handler, server, envelope } = exchange;
  session.proxyData = data;
  const problem = refusalReason(data, proxy);
  if (problem !== undefined) {
    exchange.note('proxy-header-refused', `PROXY header refused: ${escapeText(problem)}`);
    return exchange.close('proxy-header');
  }
  session.client = clientOf(data);
  if (!exchange.identified()) {
    if (!tls) exchange.reply(REPLIES.tooManyConnections);
    return exchange.close('limit');
  }
  const { handlePROXY } = handler;
  if (handlePROXY === undefined) return exchange.close('refused');
  exchange.ask(
    () => handlePROXY.call(handler, server, session, envelope, data),
    (accepted) => (accepted === true ? then() : exchange.close('refused')),
    (error) => {
      exchange.report(error);
      exchange.close('refused');
    },
  );
}

/** The TLS handshake is done: asks the handler whether it is good enough, and goes on with `then`. */
export function askAfterTLS(exchange: Exchange, then: () => void): void {
  const { handler, server, session, envelope } = exchange;
  const go = (accepted: unknown): void => {
    exchange.resume();
    if (accepted !== false) return then();
    exchange.reply(REPLIES.tlsRefused);
    exchange.close('refused');
  };
  if (handler.handleSTARTTLS === undefined) return go(true);
  exchange.ask(
    () => handler.handleSTARTTLS!(server, session, envelope),
    go,
    (error) => {
      exchange.report(error);
      go(false);
    },
  );
}

/** Greets the client, after a pause where there is one. `refused` is called when QUIT is all that is left. */
export function greet(exchange: Exchange, refused: () => void): void {
  const { greetingDelay } = exchange.settings;
  const begin = (): void => {
    exchange.resume();
    askToConnect(exchange, refused);
  };
  if (greetingDelay === 0 || exchange.session.greeted) begin();
  else exchange.use(new GreetingDelay(exchange, exchange.now() + greetingDelay, begin));
}

function askToConnect(exchange: Exchange, refused: () => void): void {
  const { handler, settings, server, session, envelope } = exchange;
  if (handler.handleConnect === undefined) return exchange.reply(settings.greeting);
  exchange.ask(
    () => handler.handleConnect!(server, session, envelope),
    (answer) => {
      if (answer === undefined || answer === null) return exchange.reply(settings.greeting);
      const { code, text } = readReply(answer, 'handleConnect', '');
      exchange.reply(formatReply({ code, text }));
      if (code === 421) exchange.close('refused');
      else if (code >= 300) refused();
    },
    (error) => {
      exchange.report(error);
      exchange.reply(REPLIES.greetingFailed);
      exchange.close('refused');
    },
  );
}
