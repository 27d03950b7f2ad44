import type { Dialogue } from './dialogue.ts';

/** Extensions offered in reply to EHLO here and now, one line each, in the order they are sent. */
export function offeredExtensions({ settings, session }: Dialogue): string[] {
  const { dataSizeLimit, limits } = settings;
  const lines = ['PIPELINING', dataSizeLimit > 0 ? `SIZE ${dataSizeLimit}` : 'SIZE', '8BITMIME'];
  if (settings.enableSMTPUTF8) lines.push('SMTPUTF8');
  lines.push('ENHANCEDSTATUSCODES', 'CHUNKING', 'BINARYMIME');
  if (settings.tls !== null && session.tls === null) lines.push('STARTTLS');
  lines.push(`LIMITS RCPTMAX=${limits.recipients}`, 'HELP');
  return lines;
}
