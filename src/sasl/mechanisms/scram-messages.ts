/** The client's two SCRAM messages, read strictly (RFC 5802 sections 5 and 7). */

import { decodeBase64 } from '../base64.ts';
import { decodeSaslName, type GS2Header, readGS2Header } from './gs2.ts';

/** `gs2-header n=NAME,r=NONCE[,EXTENSIONS]` */
export interface ClientFirst {
  readonly header: GS2Header;
  /** The header as sent: what `c=` must begin with. */
  readonly headerText: string;
  /** The message without its header: what is signed. */
  readonly bare: string;
  readonly name: string;
  readonly nonce: string;
}

/** `c=BINDING,r=NONCE[,EXTENSIONS],p=PROOF` */
export interface ClientFinal {
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  /** The message without its proof: what is signed. */
  readonly withoutProof: string;
}

/** `printable`: ASCII without space and comma. */
const NONCE = '[\\x21-\\x2b\\x2d-\\x7e]+';
/** `,x=value`, any letter but the mandatory `m` and the proof. */
const EXTENSIONS = '(?:,[A-Za-lnoq-z]=[^,\\0]+)*';
const FIRST = new RegExp(`^n=([^,\\0]+),r=(${NONCE})${EXTENSIONS}$`, 'u');
const FINAL = new RegExp(`^(c=([^,\\0]+),r=(${NONCE})${EXTENSIONS}),p=([^,\\0]+)$`, 'u');

export type Malformed = 'malformed' | 'mandatory-extension';

export function readClientFirst(message: string): ClientFirst | Malformed {
  const header = readGS2Header(message);
  if (header === undefined) return 'malformed';
  const bare = message.slice(header.length);
  if (bare.startsWith('m=')) return 'mandatory-extension';
  const match = FIRST.exec(bare);
  const name = match === null ? undefined : decodeSaslName(match[1]!);
  if (name === undefined) return 'malformed';
  return { header, headerText: message.slice(0, header.length), bare, name, nonce: match![2]! };
}

export function readClientFinal(message: string): ClientFinal | Malformed {
  const match = FINAL.exec(message);
  if (match === null) return 'malformed';
  const binding = decodeBase64(match[2]!);
  const proof = decodeBase64(match[4]!);
  if (binding === undefined || proof === undefined) return 'malformed';
  return { binding, nonce: match[3]!, proof, withoutProof: match[1]! };
}
