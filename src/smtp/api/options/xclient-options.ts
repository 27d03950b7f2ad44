/** Who may name clients by XCLIENT, and how its values are read. */

import type { Diagnostic } from '../../../proxy/node/diagnostic.ts';
import { TrustList, type Trusted } from '../../../proxy/node/trust/trust-list.ts';
import * as check from './option-checks.ts';

export interface XCLIENTOptions {
  /**
   * Peers that may say with XCLIENT who their client is; separate from `proxyProtocol.trusted`. The address ends the
   * statement: what comes after it is the client's, who may use XCLIENT only where its own address is in `trusted`, too.
   * So a client whose address is trusted itself can name whom it likes: trust the proxies, not a network with clients.
   */
  readonly trusted: Trusted;
  /** Whether the name in LOGIN counts as authenticated, for proxies that check passwords themselves, as nginx does; default false. */
  readonly login?: boolean;
  /**
   * How values are written: `'xtext'` with `+HH` for some characters, as Postfix and Dovecot do, or `'raw'`, as they are,
   * as nginx does. Either reads the other wrongly: by xtext `ann+tag@example.net` is an error (501) and `ann+2Dtag` is
   * another user. Default 'xtext'.
   */
  readonly encoding?: 'xtext' | 'raw';
  /**
   * Whether a peer may use XCLIENT behind its own PROXY header, as nginx does with `proxy_protocol on`. Every peer in
   * `trusted` that sends a header must be a proxy that speaks SMTP itself and names the address (ADDR) before it passes
   * anything on: through any other (HAProxy, a load balancer) clients could name whom they like. Default false.
   */
  readonly afterProxy?: boolean;
}

export interface XCLIENTSettings {
  readonly trust: TrustList;
  readonly login: boolean;
  readonly encoding: 'xtext' | 'raw';
  readonly afterProxy: boolean;
}

const KNOWN: Readonly<Record<keyof XCLIENTOptions, true>> = {
  trusted: true,
  login: true,
  encoding: true,
  afterProxy: true,
};

/** Null where nobody may. */
export function readXCLIENTOptions(
  option: XCLIENTOptions | undefined,
  diagnostics: (diagnostic: Diagnostic) => void,
): XCLIENTSettings | null {
  if (option === undefined) return null;
  check.object('xclient', option, KNOWN);
  return {
    trust: new TrustList(option.trusted, 'xclient.trusted', diagnostics),
    login: check.boolean('xclient.login', option.login ?? false),
    encoding: check.oneOf('xclient.encoding', option.encoding ?? 'xtext', ['xtext', 'raw']),
    afterProxy: check.boolean('xclient.afterProxy', option.afterProxy ?? false),
  };
}

/** Null where nobody may use XFORWARD. */
export function readXFORWARDOptions(
  option: { readonly trusted: Trusted } | undefined,
  diagnostics: (diagnostic: Diagnostic) => void,
): TrustList | null {
  if (option === undefined) return null;
  check.object('xforward', option, { trusted: true });
  return new TrustList(option.trusted, 'xforward.trusted', diagnostics);
}
