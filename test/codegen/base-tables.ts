import { isDeepStrictEqual } from 'node:util';
import { at, placeOf } from '../../codegen/load/places.mjs';
import { vendors } from '../../spec/tlv/vendors.ts';

/** The rows of vendors that scenarios build on; a row that is added to the tables later is none of their business. */
const BASE = new Set([
  'GCP_PSC_CONNECTION_ID',
  'ALIBABA',
  'ALIBABA_VPC_ID',
  'ALIBABA_ENDPOINT_ID',
  'ALIBABA_ENDPOINT_SERVICE_ID',
  'AWS',
  'AWS_VPCE_ID',
  'AZURE',
  'AZURE_PRIVATEENDPOINT_LINKID',
]);
const later = vendors.filter((row) => !BASE.has(row.name));

/** The spec of a scenario without the rows of the tables that are not in `BASE`; places stay known. */
export function onBase(spec: unknown): unknown {
  const { tlvs } = (spec ?? {}) as { tlvs?: unknown };
  if (!Array.isArray(tlvs)) return spec;
  const rows = tlvs.filter((row) => !later.some((other) => isDeepStrictEqual(row, other)));
  return like({ ...(spec as object), tlvs: like(rows, tlvs) }, spec);
}

function like<T extends object>(made: T, original: unknown): T {
  const place = placeOf(original);
  return place === undefined ? made : at(made, place);
}
