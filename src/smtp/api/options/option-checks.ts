/** Checks of option values: those of mail servers, and the general ones of src/proxy. */

import { show } from '../../../wire/messages/escape.ts';
import { isAddressLiteral } from '../../grammar/address.ts';
import { optionError } from '../../../wire/messages/option-error.ts';

export * from '../../../proxy/node/option-checks.ts';

export function isHostName(name: string): boolean {
  return /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?$/i.test(name) && name.length <= 255;
}

export function hostName(name: string, value: unknown): string {
  if (typeof value === 'string' && (isHostName(value) || isAddressLiteral(value))) return value;
  throw optionError(
    'ERR_INVALID_ARG_VALUE',
    `option ${name}: a host name or an address literal is expected, not ${show(value)}`,
  );
}

export function printable(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x20-\x7e]{0,200}$/.test(value)) return value;
  throw optionError(
    'ERR_INVALID_ARG_VALUE',
    `option ${name}: up to 200 printable ASCII characters are expected, not ${show(value)}`,
  );
}
