import type { TLSOptions } from '../../smtp/api/options/tls-options.ts';
import { Failure, UsageError } from '../shared/failure.ts';
import { readNamed } from '../shared/input.ts';

/** Where key and certificate are. */
export interface TlsFiles {
  key: string;
  certificate: string;
}

/**
 * The files of the options; `undefined` without them.
 *
 * @throws UsageError when one is missing
 */
export function tlsFiles(
  certificate: string | undefined,
  key: string | undefined,
  listens: boolean,
): TlsFiles | undefined {
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  if (certificate !== undefined || key !== undefined)
    throw new UsageError('--tls-cert and --tls-key go together.');
  if (listens) throw new UsageError('--tls-listen needs --tls-cert and --tls-key.');
  return undefined;
}

/**
 * Reads key and certificate, as they are now.
 *
 * @throws Failure when a file is not there or cannot be read
 */
export function readTls({ certificate, key }: TlsFiles): TLSOptions {
  return { cert: readPem('certificate', certificate), key: readPem('key', key) };
}

function readPem(what: string, path: string): Buffer {
  const octets = readNamed(path);
  if (octets === undefined) throw new Failure(`There is no ${what} ${path}.`, 'Files in PEM are expected.');
  return octets;
}
