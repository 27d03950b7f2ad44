import type { Spec } from '../../../spec/types.ts';
import { type Report, show } from '../diagnostic.ts';
import { ENDPOINTS } from '../endpoints.ts';
import type { Subject } from '../subject.ts';

/** Rows that generated code and the codec refer to by name. What they say may change; that they are there may not. */
const REQUIRED = {
  commands: ['LOCAL', 'PROXY'],
  families: ['UNSPEC'],
  transports: ['UNSPEC'],
  v1: ['header'],
  limits: ['maxLength', 'maxTLVs', 'maxAuthority', 'maxUniqueId'],
  errors: [
    'BAD_SIGNATURE',
    'VERSION_NOT_ACCEPTED',
    'INCOMPLETE_HEADER',
    'V1_BAD_KEYWORD',
    'V1_BAD_IPV4',
    'V1_BAD_IPV6',
    'V1_BAD_PORT',
    'V1_BAD_SEPARATOR',
    'V1_BAD_LINE_END',
    'V1_TOO_LONG',
    'V2_BAD_VERSION',
    'V2_BAD_COMMAND',
    'V2_BAD_FAMILY',
    'V2_BAD_TRANSPORT',
    'V2_TOO_LONG',
    'V2_ADDRESS_TOO_SHORT',
    'TLV_STRAY_OCTETS',
    'TLV_OVERRUN',
    'TLV_TOO_MANY',
    'TLV_BAD_LENGTH',
    'TLV_DUPLICATE',
    'TLV_UNKNOWN_TYPE',
    'BAD_CHECKSUM',
    'ENCODE_BAD_FIELD',
    'ENCODE_BAD_ADDRESS',
    'ENCODE_UNSUPPORTED',
    'ENCODE_UNKNOWN_TLV',
    'ENCODE_BAD_TLV',
    'ENCODE_DUPLICATE_TLV',
    'ENCODE_TOO_LONG',
  ],
} as const satisfies Partial<Record<keyof Spec, readonly string[]>>;

/** Nothing is missing that the codec calls by name, and no limit is there that it would not know how to apply. */
export function checkRequired(subject: Subject, report: Report): void {
  for (const [table, names] of Object.entries(REQUIRED)) {
    const key = table as keyof typeof REQUIRED;
    if (subject.partial.has(key)) continue;
    for (const name of names) {
      if (subject[key].some(({ row }) => row.name === name)) continue;
      report.add(
        'missing-row',
        [key],
        `the codec needs a row called ${show(name)}, and there is none in ${key}`,
      );
    }
  }
  for (const { row, path } of subject.limits) {
    if ((REQUIRED.limits as readonly string[]).includes(row.name)) continue;
    report.add(
      'unsupported-row',
      path,
      `the codec has no limit ${show(row.name)}; name one of ${REQUIRED.limits.join(', ')}, or give a row a number as max`,
    );
  }
  if (subject.partial.has('layouts')) return;
  for (const name of Object.keys(ENDPOINTS)) {
    const there = subject.layouts.some(({ row }) => row.fields.some((field) => field.name === name));
    if (!there)
      report.add('missing-row', ['layouts'], `the codec needs a field called ${name} in some layout`);
  }
}
