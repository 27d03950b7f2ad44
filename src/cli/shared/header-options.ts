import { Option } from 'commander';
import type { Command } from 'commander';
import { V2_CMD } from '../../proxy/index.ts';
import type { HeaderInput } from '../../proxy/index.ts';
import { parseEndpoint } from './endpoints.ts';
import type { Endpoint } from './endpoints.ts';
import { argument, repeatable, UsageError } from './failure.ts';
import { SPEC_OPTION } from './protocol.ts';
import type { Protocol } from './protocol.ts';
import { groupTlvs, parseTlv } from './tlv-argument.ts';
import type { TlvArgument } from './tlv-argument.ts';

export interface HeaderOptions {
  fromClient?: Endpoint;
  toServer?: Endpoint;
  proxyVersion: '1' | '2';
  local?: boolean;
  /** As they were written: what they mean, the tables say. */
  tlv?: string[];
  checksum?: boolean;
  spec?: string;
}

/** Adds the options that describe a PROXY header. */
export function addHeaderOptions(command: Command): Command {
  return command
    .option('--from-client <addr:port>', 'the client that the header names', argument(parseEndpoint))
    .option('--to-server <addr:port>', 'where that client connected to', argument(parseEndpoint))
    .addOption(new Option('--proxy-version <n>', 'version of the header').choices(['1', '2']).default('2'))
    .option('--local', 'a header of the proxy itself, as in a health check: no client')
    .option(
      TLV_OPTION,
      'add a TLV, as in AUTHORITY=mx.example or xE5=hex:0102; repeatable',
      repeatable((text) => text),
    )
    .option('--checksum', 'add a CRC32C')
    .option(...SPEC_OPTION);
}

const TLV_OPTION = '--tlv <name=value>';

/** Whether any of the options that describe a header was given. */
export function describesHeader({ fromClient, toServer, local, tlv, checksum }: HeaderOptions): boolean {
  return [fromClient, toServer, local, tlv, checksum].some((option) => option !== undefined);
}

/** Addresses for documentation (RFC 5737, RFC 3849), for what was not said. */
const DEFAULTS = {
  4: {
    client: { address: '203.0.113.7', port: 4321, family: 4 },
    server: { address: '198.51.100.25', port: 25, family: 4 },
  },
  6: {
    client: { address: '2001:db8::7', port: 4321, family: 6 },
    server: { address: '2001:db8::25', port: 25, family: 6 },
  },
} as const;

/**
 * The octets of the header that the options describe.
 *
 * @throws UsageError when no header can say that
 */
export function headerFrom(options: HeaderOptions, protocol: Protocol): Uint8Array {
  const { fromClient, toServer, proxyVersion, local = false, tlv = [], checksum = false } = options;
  const version = proxyVersion === '1' ? 1 : 2;
  if (local && (fromClient ?? toServer) !== undefined) throw new UsageError('--local goes with no address.');
  if (version === 1 && local) return headerOrUsage({ version, family: 'UNSPEC' }, protocol);
  // What the names and values are, `encode` checks itself.
  const tlvs =
    tlv.length === 0
      ? {}
      : {
          tlvs: groupTlvs(tlv.map((text) => tlvOrUsage(text, protocol))) as NonNullable<HeaderInput['tlvs']>,
        };
  const extras = { ...tlvs, ...(checksum ? { checksum } : {}) };
  if (local) return headerOrUsage({ version, command: V2_CMD.LOCAL, ...extras }, protocol);
  const { client, server } = DEFAULTS[(fromClient ?? toServer)?.family ?? 4];
  const { address: srcAddr, port: srcPort } = fromClient ?? client;
  const { address: dstAddr, port: dstPort } = toServer ?? server;
  return headerOrUsage({ version, srcAddr, srcPort, dstAddr, dstPort, ...extras }, protocol);
}

/**
 * Encodes a header that a user described.
 *
 * @throws UsageError when it describes no valid header
 */
export function headerOrUsage(header: HeaderInput, { codec }: Protocol): Uint8Array {
  try {
    return codec.encode(header);
  } catch (error) {
    throw new UsageError(`This describes no valid header: ${(error as Error).message}`);
  }
}

/** Reads a TLV by the tables, which are not known yet when the command line is parsed. */
function tlvOrUsage(text: string, { spec }: Protocol): TlvArgument {
  try {
    return parseTlv(text, spec);
  } catch (error) {
    const message = `option '${TLV_OPTION}' argument '${text}' is invalid. ${(error as Error).message}`;
    throw new UsageError(message, '(add --help to see what is possible)');
  }
}
