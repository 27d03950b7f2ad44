import { LIMIT_RANGES, type LimitOptions } from '../../generated/limits.ts';
import type { Limits } from '../wire/index.ts';
import { optionError } from '../wire/messages/option-error.ts';
import { unknownOption } from '../wire/messages/option-names.ts';

/** How strict to read. */
export interface DecodeOptions extends LimitOptions {
  /** A singleton TLV that stands twice: `reject` (default), or the `first` counts. */
  duplicates?: 'reject' | 'first';
  /** Accept a version 1 line that names addresses of both families, as nginx may send. Default false. */
  mixedFamilies?: boolean;
  /** Malformed TLVs: `strict` (default) refuses the header, `lenient` leaves `tlv` null. A checksum binds in both. */
  tlv?: 'strict' | 'lenient';
  /** Versions to accept. Default both. */
  versions?: readonly (1 | 2)[];
}

const KNOWN: Readonly<Record<keyof DecodeOptions, unknown>> = {
  ...LIMIT_RANGES,
  duplicates: true,
  mixedFamilies: true,
  tlv: true,
  versions: true,
};

/** Resolves options over defaults. Throws a `TypeError` or `RangeError` that names the bad one and what is allowed. */
export function resolveLimits(options: DecodeOptions | undefined, defaults: Limits): Limits {
  if (options === undefined) return defaults;
  for (const name of Object.keys(options))
    if (!Object.hasOwn(KNOWN, name)) throw unknownOption('', name, KNOWN);
  const { duplicates, mixedFamilies, tlv, versions } = options;
  return {
    maxLength: bound('maxLength', options.maxLength, defaults),
    maxTLVs: bound('maxTLVs', options.maxTLVs, defaults),
    maxAuthority: bound('maxAuthority', options.maxAuthority, defaults),
    maxUniqueId: bound('maxUniqueId', options.maxUniqueId, defaults),
    repeats:
      choice('duplicates', duplicates, ['reject', 'first'], defaults.repeats ? 'first' : 'reject') ===
      'first',
    mixedFamilies: flag('mixedFamilies', mixedFamilies, defaults.mixedFamilies),
    lenient: choice('tlv', tlv, ['strict', 'lenient'], defaults.lenient ? 'lenient' : 'strict') === 'lenient',
    versions: versions === undefined ? defaults.versions : versionBits(versions),
  };
}

function bound(name: keyof LimitOptions, value: number | undefined, defaults: Limits): number {
  if (value === undefined) return defaults[name];
  const [least, most] = LIMIT_RANGES[name];
  if (!Number.isInteger(value) || value < least || value > most) {
    throw optionError(
      'ERR_OUT_OF_RANGE',
      `option ${name}: expected a whole number ${least}..${most}, found ${String(value)}`,
    );
  }
  return value;
}

function flag(name: string, value: boolean | undefined, standard: boolean): boolean {
  if (value === undefined) return standard;
  if (typeof value !== 'boolean')
    throw optionError('ERR_INVALID_ARG_TYPE', `option ${name}: expected true or false`);
  return value;
}

function choice(
  name: string,
  value: string | undefined,
  allowed: readonly string[],
  standard: string,
): string {
  if (value === undefined) return standard;
  if (!allowed.includes(value))
    throw optionError(
      'ERR_INVALID_ARG_VALUE',
      `option ${name}: expected ${allowed.map((v) => `'${v}'`).join(' or ')}`,
    );
  return value;
}

function versionBits(versions: readonly number[]): number {
  const bits = versions.reduce((all, version) => all | (version === 1 || version === 2 ? version : 4), 0);
  if (bits === 0 || bits > 3)
    throw optionError('ERR_INVALID_ARG_VALUE', 'option versions: expected [1], [2] or [1, 2]');
  return bits;
}
