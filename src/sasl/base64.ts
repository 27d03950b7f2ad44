/**
 * Decodes base64 in the canonical form of RFC 4648 section 4 only: its alphabet, full padding, no white space, unused bits
 * zero.
 *
 * @param text octets or characters.
 * @returns undefined when it is anything else. The empty text is zero octets.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * assert(sasl.decodeBase64('AGE=')?.length === 2);
 * assert(sasl.decodeBase64('AGE') === undefined); // no padding
 * assert(sasl.decodeBase64('AGF=') === undefined); // an unused bit that is not zero
 */
export function decodeBase64(text: string | Uint8Array): Uint8Array | undefined {
  const given = typeof text === 'string' ? text : latin1(text);
  const octets = Buffer.from(given, 'base64');
  // Buffer decodes more than this; only canonical base64 is encoded to the same text again.
  return octets.toString('base64') === given ? octets : undefined;
}

/** Encodes octets in base64 with padding. */
export function encodeBase64(octets: Uint8Array): string {
  return view(octets).toString('base64');
}

function latin1(octets: Uint8Array): string {
  return view(octets).toString('latin1');
}

function view(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
