import { Maildir } from '../../delivery/maildir/maildir.ts';
import type { TrustList } from '../../proxy/node/trust/trust-list.ts';
import type { Envelope } from '../../smtp/api/envelope.ts';
import type { Handler } from '../../smtp/api/handler.ts';
import type { CloseReason, Session } from '../../smtp/api/session.ts';
import { isOurs } from './domains.ts';
import { showAddress } from '../shared/endpoints.ts';
import type { Facts, Log } from '../shared/log.ts';
import type { ClientBudget } from './client-budget.ts';
import type { HealthCheckLog } from './health-check-log.ts';

/**
 * The handler of `truepeer serve`: stores every message, and writes a line for each connection and each message, stored
 * or not. Connections without a client and without mail, as health checks are, are counted instead.
 *
 * @param budget for lines that a client can cause as often as it likes.
 * @param balancers peers whose health checks may come without a header; undefined where no proxy is expected.
 */
export function servingHandler(
  directory: string,
  domains: readonly string[] | undefined,
  balancers: TrustList | undefined,
  log: HealthCheckLog,
  budget: ClientBudget,
): { handler: Handler; maildir: Maildir } {
  const maildir = loggedMaildir(directory, log);
  const greeted = new WeakSet<Session>();
  const handler: Handler = {
    freeSpace: () => maildir.freeSpace(),
    handlePROXY: () => maildir.handlePROXY(),
    handleConnect: (_server, session) => {
      greeted.add(session);
      if (hasNoClient(session)) log.hold(session.id, 'connection', sentence(session), facts(session));
      else log.write('connection', sentence(session), facts(session));
    },
    ...(domains === undefined ? {} : { handleRCPT: recipientCheck(new Set(domains), budget) }),
    handleContent: (server, session, envelope, content) =>
      maildir.handleContent(server, session, envelope, content),
    handleAbort: (_server, { id, client }, envelope, { code, message }) => {
      budget.write(client, code, `[${id}] not stored: ${message}; ${route(envelope)}`, {
        session: id,
        cause: message,
        ...routeFacts(envelope),
      });
    },
    handleClose: (_server, session, reason) => {
      if (!greeted.has(session)) logUngreeted(session, reason, balancers, log, budget);
      else if (UNUSUAL.has(reason))
        budget.write(session.client, 'ended', `[${session.id}] ended: ${reason}`, {
          session: session.id,
          reason,
        });
      log.settle(session.id, showHop(session.peer.address, null));
    },
  };
  return { handler, maildir };
}

/** A Maildir that logs what it has stored, and what it could not store. */
function loggedMaildir(directory: string, log: Log): Maildir {
  return new Maildir(directory, {
    onStored: ({ name, size }, { id }, envelope) => {
      log.write('stored', `[${id}] stored new/${name}, ${size} octets, ${route(envelope)}`, {
        session: id,
        file: name,
        size,
        ...routeFacts(envelope),
      });
    },
    onFault: ({ code, operation, message, reply }, { id }) => {
      log.write('fault', `[${id}] not stored: ${message}; the sender is asked to try again`, {
        session: id,
        code,
        operation,
        reply,
      });
    },
  });
}

/** Logs a connection that ended before its greeting; one that may be a health check is held back. */
function logUngreeted(
  session: Session,
  reason: CloseReason,
  balancers: TrustList | undefined,
  log: HealthCheckLog,
  budget: ClientBudget,
): void {
  const line = [
    'connection',
    `${beforeGreeting(session)} ended before the greeting: ${reason}`,
    { ...facts(session), ended: reason },
  ] as const;
  const direct = session.proxyData === null && balancers?.trusts(session.peer) === true;
  if ((hasNoClient(session) || direct) && LEFT.has(reason)) log.hold(session.id, ...line);
  else budget.write(session.client, ...line);
}

/** Refuses recipients of other domains. */
function recipientCheck(
  domains: ReadonlySet<string>,
  budget: ClientBudget,
): NonNullable<Handler['handleRCPT']> {
  return (_server, { id, client }, _envelope, address, _options, mailbox) => {
    if (isOurs(domains, mailbox)) return undefined;
    budget.write(client, 'recipient-refused', `[${id}] refused recipient <${address}>: not in --domain`, {
      session: id,
      recipient: address,
    });
    return '550 5.7.1 No mail for this domain here';
  };
}

/** Why the server ended a session before the client did, where no other line says so. */
const UNUSUAL: ReadonlySet<CloseReason> = new Set(['timeout', 'handler-timeout', 'limit', 'not-smtp']);

/** How a session ends that the peer has closed. */
const LEFT: ReadonlySet<CloseReason> = new Set(['client-left', 'connection-error']);

/** Whether the PROXY header names no client. */
function hasNoClient({ client, proxyData }: Session): boolean {
  return proxyData?.valid === true && !client.proxied;
}

function route({ mailFrom, rcptTos }: Envelope): string {
  const [first = '', ...others] = rcptTos;
  const recipients = others.length === 0 ? `<${first}>` : `<${first}> and ${others.length} more`;
  return `from <${mailFrom ?? ''}> for ${recipients}`;
}

function routeFacts({ mailFrom, rcptTos }: Envelope): Facts {
  return { from: mailFrom, recipient: rcptTos[0], recipients: rcptTos.length };
}

/** The peer of a session that ended before its greeting. */
function beforeGreeting(session: Session): string {
  if (session.proxyData?.valid === true) return `${sentence(session)},`;
  return `[${session.id}] peer ${showHop(session.peer.address, session.peer.port)}`;
}

/** The client, and the proxy that it came through. */
function sentence({ id, peer, client, proxyData }: Session): string {
  const hop = showHop(peer.address, peer.port);
  if (proxyData === null) return `[${id}] client ${hop}, connected directly`;
  const header = `PROXY v${proxyData.version}`;
  if (!client.proxied) return `[${id}] proxy ${hop} for itself or an unknown client, ${header}`;
  return `[${id}] client ${showHop(client.address, client.port)} through proxy ${hop}, ${header}`;
}

function facts({ id, peer, client, proxyData }: Session): Facts {
  const known = client.proxied || proxyData === null;
  return {
    session: id,
    client: known ? client.address : null,
    clientPort: known ? client.port : null,
    proxied: client.proxied,
    proxy: proxyData === null ? null : peer.address,
    proxyPort: proxyData === null ? null : peer.port,
    proxyVersion: proxyData?.version,
  };
}

function showHop(address: string | null, port: number | null): string {
  return address === null || address === '' ? 'unknown' : showAddress(address, port);
}
