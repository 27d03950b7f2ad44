import type { ErrorRow } from '../types.ts';
import { decodeErrors } from './decode.ts';
import { encodeErrors } from './encode.ts';

export const errors: readonly ErrorRow[] = [...decodeErrors, ...encodeErrors];
