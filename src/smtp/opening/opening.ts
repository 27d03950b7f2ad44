/** What happens before commands: the PROXY header, who the client is, TLS, the greeting. */

import type { ProxyData } from '../../proxy/index.ts';
import type { ProxySettings } from '../../proxy/node/proxy-options.ts';
import { judge } from '../../proxy/node/header-policy.ts';
import type { Exchange } from '../engine/exchange.ts';
import { GreetingDelay } from './greeting-delay.ts';
import { ProxyHeaderReader } from './header-reader.ts';
import { readProxyAnswer } from './proxy-answer.ts';
import { REPLIES } from '../engine/replies.ts';
import { escapeText } from '../../wire/messages/escape.ts';
import { formatReply, readReply } from '../api/reply.ts';
import type { TLSInfo } from '../api/tls-info.ts';

/** Waits for the PROXY header, and goes on with `then`. Where that is TLS, a connection is refused without a reply. */
export function awaitHeader(exchange: Exchange, proxy: ProxySettings, tls: boolean, then: () => void): void {
  const reader = new proxy.codec.ProxyReader(proxy.decode);
  const until = exchange.now() + proxy.timeout;
  exchange.use(new ProxyHeaderReader(reader, until, (data) => takeHeader(exchange, proxy, tls, data, then)));
}

function takeHeader(
  exchange: Exchange,
  proxy: ProxySettings,
  tls: boolean,
  data: ProxyData,
  then: () => void,
): void {
  const { session, observer } = exchange;
  session.proxyData = data;
  const verdict = judge(data, session.peer, proxy);
  if (typeof verdict === 'string') {
    observer.warn('proxy-header-refused', `PROXY header refused: ${escapeText(verdict)}`);
    return exchange.close('proxy-header');
  }
  session.client = verdict;
  if (!exchange.admission.admit()) return exchange.dismiss(tls ? '' : REPLIES.tooManyConnections);
  exchange.hooks.ask(
    'handlePROXY',
    [data],
    (answer) => {
      const { accepted, doubt } = readProxyAnswer(answer);
      if (doubt !== undefined) observer.report(doubt);
      if (accepted) then();
      else exchange.close('refused');
    },
    (error) => {
      observer.report(error);
      exchange.close('refused');
    },
  );
}

/** The TLS handshake is done: the session begins anew, if the handler finds the handshake good enough. */
export function beginAfterTLS(exchange: Exchange, tls: TLSInfo): void {
  const { session } = exchange;
  session.tls = tls;
  session.restart();
  session.forgetLogin();
  exchange.renewEnvelope();
  const go = (accepted: unknown): void => {
    exchange.resume();
    if (accepted !== false) return session.greeted ? undefined : greet(exchange);
    exchange.reply(REPLIES.tlsRefused);
    exchange.close('refused');
  };
  exchange.hooks.ask('handleSTARTTLS', [], go, (error) => {
    exchange.observer.report(error);
    go(false);
  });
}

/** Greets the client, after a delay where there is one. */
export function greet(exchange: Exchange): void {
  const { greetingDelay } = exchange.settings;
  const begin = (): void => {
    exchange.resume();
    askToConnect(exchange);
  };
  if (greetingDelay === 0 || exchange.session.greeted) begin();
  else exchange.use(new GreetingDelay(exchange, exchange.now() + greetingDelay, begin));
}

function askToConnect(exchange: Exchange): void {
  exchange.hooks.ask(
    'handleConnect',
    [],
    (answer) => {
      if (answer === undefined || answer === null) return exchange.reply(exchange.settings.greeting);
      const { code, text } = readReply(answer, 'handleConnect', '');
      exchange.reply(formatReply({ code, text }));
      if (code === 421) exchange.close('refused');
      else if (code >= 300) exchange.sessionRefused = true;
    },
    (error) => {
      exchange.observer.report(error);
      exchange.reply(REPLIES.greetingFailed);
      exchange.close('refused');
    },
  );
}
