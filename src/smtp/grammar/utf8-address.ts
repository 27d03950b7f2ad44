/** Which UTF-8 may stand in an address: RFC 6531 takes any octets, this is what a reader can tell apart. */

import { domainToASCII } from 'node:url';

/**
 * What nobody sees, or what changes how its surroundings are shown: separators (U+00A0, U+2028), format characters
 * (U+202E, U+FEFF), fillers and other code points that are ignored (U+3164), noncharacters. The joiners U+200C and U+200D
 * are letters of some scripts.
 */
const HIDDEN = String.raw`\p{Cc}\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}`;
/** In a local part variation selectors may choose how a picture looks. */
const HIDDEN_IN_TEXT = new RegExp(String.raw`(?![ \u200c\u200d\p{Variation_Selector}])[${HIDDEN}]`, 'u');
const HIDDEN_IN_DOMAIN = new RegExp(String.raw`(?![\u200c\u200d])[${HIDDEN}]`, 'u');

/** Letters, digits and hyphens, in labels that are not empty (RFC 1035 2.3.1). */
const LDH = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/;

/** Whether all of a text can be seen; the space U+0020 counts, other spaces do not. */
export function isVisible(text: string): boolean {
  return !HIDDEN_IN_TEXT.test(text);
}

/**
 * Whether IDNA (UTS 46, as DNS lookups use it) maps a domain to a name that DNS can hold (RFC 6531 3.3, RFC 5890). One in
 * ASCII is its own name.
 */
export function isMappable(domain: string): boolean {
  if (/^[ -~]*$/.test(domain)) return true;
  if (HIDDEN_IN_DOMAIN.test(domain)) return false;
  const ascii = domainToASCII(domain);
  return ascii.length <= 255 && LDH.test(ascii);
}
