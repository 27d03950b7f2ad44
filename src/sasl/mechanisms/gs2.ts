/** The header in front of SCRAM and OAUTHBEARER messages (RFC 5801 section 4, RFC 5802 section 7). */

export interface GS2Header {
  /** `n`: no channel binding; `y`: the client could, but believes the server cannot; else the type of `p=TYPE`. */
  readonly binding: 'n' | 'y' | { readonly type: string };
  /** Decoded, not prepared; null without one. */
  readonly authzid: string | null;
  /** Its length in characters, both commas included. */
  readonly length: number;
}

/** Reads the header at the start of a message; undefined when there is none that follows the grammar. */
export function readGS2Header(message: string): GS2Header | undefined {
  const match = /^(?:(n|y)|p=([A-Za-z0-9.-]{1,64})),(?:a=([^,\0]+))?,/.exec(message);
  if (match === null) return undefined;
  const authzid = match[3] === undefined ? null : decodeSaslName(match[3]);
  if (authzid === undefined) return undefined;
  const binding = match[2] === undefined ? (match[1] as 'n' | 'y') : { type: match[2] };
  return { binding, authzid, length: match[0].length };
}

/** A `saslname`: `=2C` is a comma, `=3D` an equals sign, and any other use of either makes it undefined. */
export function decodeSaslName(name: string): string | undefined {
  if (name === '' || /[,\0]|=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
