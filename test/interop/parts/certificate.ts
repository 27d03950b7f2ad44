import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A self-signed P-256 certificate and its key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes a certificate for a common name, and for host names or IPv4 addresses as alternative names; valid from an
 * hour ago for a day. It is its own authority, so that a daemon told to trust exactly it accepts it.
 */
export function makeCertificate(commonName: string, names: readonly string[] = []): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(set(sequence(oid(0x55, 0x04, 0x03), utf8(commonName))));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const toBeSigned = sequence(
    context(0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaSha256,
    name,
    sequence(time(-3_600_000), time(86_400_000)),
    name,
    spki,
    context(3, sequence(...extensions(spki, names))),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const whole = sequence(toBeSigned, ecdsaSha256, bits(signature));
  return {
    certificate: pem('CERTIFICATE', whole),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** subjectKeyIdentifier, basicConstraints (a CA, as it signed itself), and subjectAltName. */
function extensions(spki: Buffer, names: readonly string[]): Buffer[] {
  const keyId = createHash('sha1').update(spki).digest();
  const alternatives = names.map((name) =>
    isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name)),
  );
  return [
    sequence(oid(0x55, 0x1d, 0x0e), octets(octets(keyId))),
    sequence(oid(0x55, 0x1d, 0x13), der(0x01, Buffer.of(0xff)), octets(sequence(der(0x01, Buffer.of(0xff))))),
    ...(names.length > 0 ? [sequence(oid(0x55, 0x1d, 0x11), octets(sequence(...alternatives)))] : []),
  ];
}

// X.690: one octet of tag, the length in one octet or after an octet that counts its octets, the content.
function der(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]): Buffer => der(0x31, Buffer.concat(parts));
const context = (number: number, content: Buffer): Buffer => der(0xa0 | number, content);
const oid = (...encoded: number[]): Buffer => der(0x06, Buffer.from(encoded));
const octets = (content: Buffer): Buffer => der(0x04, content);
const bits = (content: Buffer): Buffer => der(0x03, Buffer.concat([Buffer.of(0), content]));
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));

function time(fromNow: number): Buffer {
  const digits = new Date(Date.now() + fromNow)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2);
  return der(0x17, Buffer.from(digits));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
