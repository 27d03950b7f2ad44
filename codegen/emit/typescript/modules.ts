import type * as wire from '../../../src/wire/index.ts';
import { symbol, symbols, valuesOf } from '../../symbols.ts';

/** What the generated TypeScript files take from modules, and from each other. */

export const ZOD = symbols('zod', ['z']);

export const WIRE = valuesOf<typeof wire>('wire');

export const WIRE_TYPES = symbols(
  'wire',
  [],
  ['AddressBlock', 'Endpoints', 'ErrorEntry', 'Limits', 'Scan', 'Scanned', 'Tables', 'TlvEntry'],
);

export const SCHEMAS = symbols(
  'schemas',
  ['decodedSchemaOf', 'decodedTlvsSchemaOf', 'headerSchemaOf', 'tlvsSchemaOf'],
  ['HeaderFormOf', 'TlvsFormOf', 'TlvsJsonOf'],
);

export const PROXY = symbols(
  'proxy',
  ['createCodec'],
  ['Codec', 'DecodeResult as DecodeResultOf', 'HeaderInput as HeaderInputOf', 'ProxyData as ProxyDataOf'],
);

export const CHECKSUM = symbols('./checksum', ['crc']);
export const CONSTANTS = symbols('./constants', [
  'AF',
  'AF_NAME',
  'PP2_TYPENAME',
  'PROTO',
  'PROTO_NAME',
  'V2_CMD',
  'V2_CMD_NAME',
]);
export const DECODED_SCHEMA = symbols('./decoded-schema', ['decodedSchema', 'decodedTlvsSchema']);
export const ERRORS = symbols('./errors', ['ERROR', 'ERRORS']);
export const LIMITS = symbols('./limits', ['DEFAULT_LIMITS']);
export const TABLES = symbols('./tables', ['tables']);
export const TLV_CODEC = symbols('./tlv-codec', ['readTlv', 'writeTlv', 'writeTlvHead']);
export const TLV_INDEX = symbols('./tlv-index', ['indexTlvs']);
export const TLV_SCAN = symbols('./tlv-scan', ['scanTlvs']);
export const TLV_TABLE = symbols('./tlv-table', ['RANGES', 'TLV_HEAD_SIZE', 'TLVS'], ['TlvValues']);
export const V1_SCAN = symbols('./v1-scan', ['scanV1', 'V1_SHORTEST']);
export const V2_SCAN = symbols('./v2-scan', ['scanV2']);

/** An export of `v1-line` or `v2-header`; what these hold depends on the fields that the tables name. */
export const v1Line = (name: string): string => symbol('./v1-line', name);
export const v2Header = (name: string): string => symbol('./v2-header', name);

/** The rows of each type: at the top level, or inside a row of a name. */
export function rowsOf(parent?: string): string {
  return symbol('./tlv-index', parent === undefined ? 'ROWS' : `ROWS_IN_${parent}`);
}

/** The scanner of the TLVs inside a row. */
export const scanTlvsIn = (row: string): string => symbol('./tlv-scan', `scanTlvsIn${row}`);
