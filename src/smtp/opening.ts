/** What happens before the first command: the PROXY header, who the client is, the greeting. */

import { type ProxyData, V2_CMD } from '../proxy/index.ts';
import type { Dialogue } from './dialogue.ts';
import { HeaderInput } from './header-input.ts';
import type { ProxySettings } from './proxy-options.ts';
import { unmapped } from './peer.ts';
import { REPLIES } from './replies.ts';
import { escapeText, formatReply, readReply } from './reply.ts';
import type { Client } from './session.ts';
import { isIPv4, isIPv6 } from 'node:net';

const NOBODY: Client = { address: null, port: null, family: null, proxied: false };

/** Waits for the PROXY header; what comes after it is `then`'s. */
export function awaitHeader(dialogue: Dialogue, proxy: ProxySettings, then: () => void): void {
  const reader = new proxy.codec.ProxyReader(proxy.decode);
  const until = dialogue.now() + proxy.timeout;
  dialogue.use(new HeaderInput(reader, until, (data) => judgeHeader(dialogue, proxy, data, then)));
}

/** What the log says about a header that did not come. */
export const MISSING_HEADER =
  'no PROXY header came in time: does the balancer send one (send-proxy, proxy_protocol on), and does it wait for the ' +
  'client to speak first, as AWS NLB does by default?';

function judgeHeader(dialogue: Dialogue, proxy: ProxySettings, data: ProxyData, then: () => void): void {
  const { session, handler, server, envelope } = dialogue;
  session.proxyData = data;
  const problem = objection(data, proxy);
  if (problem !== undefined) {
    dialogue.note('proxy-header-refused', `PROXY header refused: ${escapeText(problem)}`);
    return dialogue.close('proxy-header');
  }
  session.client = clientOf(data);
  if (!dialogue.identified()) {
    dialogue.reply(REPLIES.tooManyConnections);
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

function objection(data: ProxyData, { unknown, unspec }: ProxySettings): string | undefined {
  if (!data.valid) return data.error ?? 'not valid';
  if (data.proxied) return undefined;
  const unspecified = data.command === V2_CMD.PROXY;
  if (unspecified)
    return unspec === 'reject' ? 'command PROXY with an unspecified family or transport' : undefined;
  return unknown === 'reject' ? 'it names no client (LOCAL or UNKNOWN)' : undefined;
}

/** The client a header names. One without a client is nobody: the proxy's own address must earn it no trust. */
function clientOf(data: ProxyData): Client {
  if (!data.proxied || data.srcAddr === null) return NOBODY;
  const address = unmapped(data.srcAddr);
  if (isIPv4(address)) return { address, port: data.srcPort, family: 'IPv4', proxied: true };
  if (isIPv6(address)) return { address, port: data.srcPort, family: 'IPv6', proxied: true };
  return { address, port: null, family: 'unix', proxied: true };
}

/** Asks `handleConnect` and sends the greeting. `refused` is called when the session is to end with QUIT only. */
export function greet(dialogue: Dialogue, refused: () => void): void {
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
