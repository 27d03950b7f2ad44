/** The facts of an envelope that a final delivery writes down. */
export interface EnvelopeFacts {
  /** The reverse-path without brackets; empty for the null reverse-path `<>`. */
  readonly mailFrom?: string | null | undefined;
  /** The accepted recipients without brackets. */
  readonly rcptTos: readonly string[];
}

/**
 * The header fields that the final delivery puts before a message: exactly one `Return-Path` (RFC 5321 section
 * 4.4), one field for each envelope recipient, because the file keeps no other trace of them, and the trace field.
 *
 * @param envelope the sender and the recipients
 * @param trace the `Received` field, with or without its final CRLF
 * @param recipientField the name of the field for a recipient, or `null` for none
 * @returns octets that end with CRLF; control characters of an address are shown as `?`
 */
export function envelopeFields(
  envelope: EnvelopeFacts,
  trace: string,
  recipientField: string | null,
): Buffer {
  let fields = `Return-Path: <${printable(envelope.mailFrom ?? '')}>\r\n`;
  if (recipientField !== null) {
    for (const recipient of envelope.rcptTos) fields += `${recipientField}: ${printable(recipient)}\r\n`;
  }
  return Buffer.from(fields + (trace === '' || trace.endsWith('\r\n') ? trace : `${trace}\r\n`), 'utf8');
}

/** An address as one line: the grammar of the commands lets no control character through, and neither does this. */
function printable(address: string): string {
  return address.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '?');
}
