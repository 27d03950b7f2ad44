import { offeredMechanisms } from '../auth/context.ts';
import * as check from '../api/options/option-checks.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Handler } from '../api/handler.ts';
import type { Settings } from '../api/options/options.ts';
import { trusts, XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES } from './xclient.ts';

/** RFC 2034. */
export const STATUS_CODES = 'ENHANCEDSTATUSCODES';

/** Extensions offered in reply to EHLO in the present state of the session, one line each, in the order they are sent. */
export function offeredExtensions(exchange: Exchange): string[] {
  const { settings, session, handler } = exchange;
  const { dataSizeLimit } = settings;
  const lines = ['PIPELINING', dataSizeLimit > 0 ? `SIZE ${dataSizeLimit}` : 'SIZE', '8BITMIME'];
  if (settings.enableSMTPUTF8) lines.push('SMTPUTF8');
  lines.push(STATUS_CODES, 'CHUNKING', 'BINARYMIME', 'DSN');
  if (settings.tls !== null && session.tls === null) lines.push('STARTTLS');
  if (session.tls !== null) lines.push('REQUIRETLS');
  const mechanisms = offeredMechanisms(exchange);
  if (mechanisms.length > 0) lines.push(`AUTH ${mechanisms.join(' ')}`);
  if (handler.honours?.priority === true) lines.push('MT-PRIORITY');
  const hold = handler.honours?.futureRelease;
  if (hold !== undefined) lines.push(`FUTURERELEASE ${hold} ${latestRelease(hold)}`);
  if (trusts(exchange, 'xclient')) lines.push(`XCLIENT ${XCLIENT_ATTRIBUTES.join(' ')}`);
  if (trusts(exchange, 'xforward')) lines.push(`XFORWARD ${XFORWARD_ATTRIBUTES.join(' ')}`);
  lines.push(limitsLine(settings));
  // RFC 5321 3.5.2: not to be offered unless it works, and to be offered if it does.
  if (handler.handleEXPN !== undefined) lines.push('EXPN');
  lines.push('HELP');
  return lines;
}

/** RFC 9422: the limits in force, `commandCallLimit` included. */
function limitsLine({ limits, commandCallLimit }: Settings): string {
  const calls = (verb: string): number =>
    commandCallLimit?.get(verb) ?? commandCallLimit?.get('*') ?? Infinity;
  const messages = calls('MAIL');
  const rcptMax = `LIMITS RCPTMAX=${Math.min(limits.recipients, calls('RCPT'))}`;
  return messages === Infinity ? rcptMax : `${rcptMax} MAILMAX=${messages}`;
}

/** RFC 4865 section 3: the second number of the keyword, an Internet date-time without fractions. */
function latestRelease(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Nine digits are the most that EHLO may offer (RFC 4865 section 3). */
const LONGEST_HOLD = 999_999_999;

const HONOURS: Record<keyof NonNullable<Handler['honours']>, true> = { priority: true, futureRelease: true };

/** @throws TypeError for a promise that is unknown, RangeError for a hold that cannot be offered. */
export function checkHonours({ honours }: Pick<Handler, 'honours'>): void {
  if (honours === undefined) return;
  check.object('honours', honours, HONOURS);
  if (honours.futureRelease !== undefined)
    check.integer('honours.futureRelease', honours.futureRelease, 1, LONGEST_HOLD);
}
