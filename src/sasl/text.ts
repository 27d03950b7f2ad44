/** Text as mechanisms carry it: valid UTF-8, prepared before it is compared. */

import type { SASLContext } from './mechanism.ts';
import { saslprep } from './saslprep.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Names longer than this, in UTF-16 units, are refused. RFC 4616 asks for 255 octets at least. */
const NAME_LIMIT = 1024;

/** The text, or undefined when the octets are not UTF-8. A byte order mark is a character like others. */
export function utf8(octets: Uint8Array): string | undefined {
  try {
    return decoder.decode(octets);
  } catch {
    return undefined;
  }
}

/** The text after preparation, or undefined when that refuses it or leaves nothing of it. */
export function prepared(context: SASLContext, text: string): string | undefined {
  try {
    const result = (context.prepare ?? saslprep)(text);
    return typeof result === 'string' && result !== '' ? result : undefined;
  } catch {
    return undefined;
  }
}

/** Like `prepared`, for a name: bounded in length, too. */
export function preparedName(context: SASLContext, text: string): string | undefined {
  return text.length > NAME_LIMIT ? undefined : prepared(context, text);
}

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
