/** The hash function of a certificate's signature, which `tls-server-end-point` needs and Node has no API for. */

/** The hash of each signature algorithm, by the DER octets of its object identifier in hex. */
const SIGNATURE_HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'md5', // RSA (RFC 8017 appendix A.2)
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010e': 'sha224',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha1', // ECDSA (RFC 5758 section 3.2)
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** RSASSA-PSS names its hash in its parameters (RFC 4055 section 3.1), SHA-1 when it does not. */
const RSASSA_PSS = '2a864886f70d01010a';
const HASHES: Readonly<Record<string, string>> = {
  '608648016503040204': 'sha224',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const CONTEXT_0 = 0xa0;

/**
 * The name of the hash in the signature algorithm of a certificate in DER, as node:crypto spells it; undefined for
 * algorithms without one, such as Ed25519, and for what is no certificate.
 *
 *     Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, parameters }, signature }
 */
export function signatureHash(der: Uint8Array): string | undefined {
  const [, algorithm] = children(readElement(der, SEQUENCE));
  const [identifier, parameters] = children(expect(algorithm, SEQUENCE));
  const oid = hex(expect(identifier, OBJECT_IDENTIFIER));
  if (oid !== RSASSA_PSS) return SIGNATURE_HASHES[oid];
  const [first] = children(expect(parameters, SEQUENCE));
  if (first?.tag !== CONTEXT_0) return 'sha1';
  const [name] = children(readElement(first.content, SEQUENCE));
  return HASHES[hex(expect(name, OBJECT_IDENTIFIER))];
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Octets with tag and length. */
  readonly size: number;
}

const NOTHING = new Uint8Array(0);

/** The content of the element at the start, if it has this tag; else nothing. */
function readElement(der: Uint8Array, tag: number): Uint8Array {
  return expect(element(der, 0), tag);
}

function expect(found: Element | undefined, tag: number): Uint8Array {
  return found?.tag === tag ? found.content : NOTHING;
}

function children(content: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length;) {
    const child = element(content, at);
    if (child === undefined) break;
    found.push(child);
    at += child.size;
  }
  return found;
}

/** One element with a length of up to four octets. */
function element(der: Uint8Array, at: number): Element | undefined {
  const tag = der[at];
  const first = der[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4) return undefined;
  let length = octets === 0 ? first : 0;
  for (let index = 0; index < octets; index++) length = length * 256 + (der[at + 2 + index] ?? 0);
  const from = at + 2 + octets;
  if (from + length > der.length) return undefined;
  return { tag, content: der.subarray(from, from + length), size: from + length - at };
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('hex');
}
