import { ipv4Text, ipv6Text, writeIpv4, writeIpv6 } from '../../../wire/index.ts';

/** The octets of an IP address: 4, or 16. An IPv4 address that is mapped into IPv6 is IPv4. */
export function octetsOf(address: string): Uint8Array | undefined {
  const zone = address.indexOf('%');
  const octets = spelled(zone < 0 ? address : address.slice(0, zone));
  return octets !== undefined && isMapped(octets) ? octets.subarray(12) : octets;
}

function spelled(address: string): Uint8Array | undefined {
  const four = new Uint8Array(4);
  if (writeIpv4(address, four, 0)) return four;
  const six = new Uint8Array(16);
  return writeIpv6(address, six, 0) ? six : undefined;
}

/** Addresses of one family that begin with the same bits. */
export class Network {
  private readonly octets: Uint8Array;
  private readonly bits: number;

  private constructor(octets: Uint8Array, bits: number) {
    this.octets = octets;
    this.bits = bits;
  }

  /**
   * Reads an address, or an address and the length of a prefix: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. A network of
   * IPv6 holds no IPv4, but for `::ffff:10.0.0.0/104` and its like, which are IPv4 networks in another spelling.
   *
   * @returns the network, or what is wrong with the text: the end of a sentence that begins with it.
   */
  static read(text: string): Network | string {
    const [address = '', prefix, ...rest] = text.split('/');
    // An address with a zone (`%eth0`) is refused: a peer is compared without its zone.
    const octets = spelled(address);
    const longest = (octets?.length ?? 0) * 8;
    const bits = prefix === undefined ? longest : PREFIX.test(prefix) ? Number(prefix) : -1;
    if (octets === undefined || rest.length > 0 || bits < 0 || bits > longest) return NO_NETWORK;
    const network = octets.map((octet, i) => octet & maskOf(bits, i));
    if (network.some((octet, i) => octet !== octets[i])) {
      const meant = network.length === 4 ? ipv4Text(network, 0) : ipv6Text(network, 0);
      return `has bits set behind its prefix; the network is ${meant}/${bits}, the single address ${address}`;
    }
    return isMapped(octets) ? new Network(octets.subarray(12), bits - 96) : new Network(octets, bits);
  }

  /** @param address octets as `octetsOf` gives them. */
  has(address: Uint8Array): boolean {
    const { octets, bits } = this;
    if (address.length !== octets.length) return false;
    for (let i = 0; i * 8 < bits; i++) if (((address[i]! ^ octets[i]!) & maskOf(bits, i)) !== 0) return false;
    return true;
  }
}

export const NO_NETWORK =
  "is no network; allowed are 10.0.0.0/8, 2001:db8::/32, a single address, 'unix' and 'anyone'";

/** A length without leading zeros: /008 is 8 to one reader and an error, or octal, to others. */
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** Which bits of octet `i` belong to a prefix of `bits`. */
function maskOf(bits: number, i: number): number {
  return 0xff & (0xff00 >> Math.min(8, Math.max(0, bits - i * 8)));
}

/** Whether octets are an IPv4 address mapped into IPv6 (RFC 4291 section 2.5.5.2). */
function isMapped(octets: Uint8Array): boolean {
  if (octets.length !== 16 || octets[10] !== 0xff || octets[11] !== 0xff) return false;
  return octets.subarray(0, 10).every((octet) => octet === 0);
}
