import { oneLine } from '../../wire/messages/escape.ts';
import type { Envelope } from '../../smtp/api/envelope.ts';

/**
 * The header fields that the final delivery puts before a message: exactly one `Return-Path` (RFC 5321 section
 * 4.4), one field for each envelope recipient, because the file keeps no other trace of them, and the trace field.
 *
 * @param envelope the sender and the recipients
 * @param trace the `Received` field, ended by CRLF
 * @param recipientField the name of the field for a recipient, or `null` for none
 * @returns octets that end with CRLF; control characters of an address are shown as `?`
 */
export function envelopeFields(
  envelope: Pick<Envelope, 'mailFrom' | 'rcptTos'>,
  trace: string,
  recipientField: string | null,
): Buffer {
  let fields = `Return-Path: <${oneLine(envelope.mailFrom ?? '')}>\r\n`;
  if (recipientField !== null) {
    for (const recipient of envelope.rcptTos) fields += `${recipientField}: ${oneLine(recipient)}\r\n`;
  }
  return Buffer.from(fields + trace, 'utf8');
}
