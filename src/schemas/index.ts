/** The zod half of generated schemas; a codec generated in another project imports it as `truepeer/schemas/runtime`. */
export { decodedSchemaOf, decodedTlvsSchemaOf, type DecodedNames, type Plain } from './decoded.ts';
export { type HeaderCodes, type HeaderFormOf, headerSchemaOf } from './header.ts';
export { type Given, type TlvsFormOf, type TlvsJsonOf, tlvsSchemaOf } from './tlvs.ts';
