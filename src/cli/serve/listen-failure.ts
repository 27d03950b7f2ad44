import { StorageFault } from '../../delivery/maildir/storage-fault.ts';
import { showSocketAddress } from '../shared/endpoints.ts';
import type { SocketAddress } from '../shared/endpoints.ts';
import { Failure } from '../shared/failure.ts';

/** Why a server cannot listen there, and the way out. */
export function listenFailure(address: SocketAddress, error: unknown): Failure {
  const code = (error as { code?: string } | null)?.code ?? '';
  const [why, wayOut] = ('path' in address ? LISTEN_UNIX : LISTEN)[code] ?? [
    (error as Error).message,
    'Choose another address: --listen HOST:PORT',
  ];
  return new Failure(`Cannot listen on ${showSocketAddress(address)}: ${why}.`, `${wayOut}.`);
}

const LISTEN: Readonly<Record<string, readonly [why: string, wayOut: string]>> = {
  EADDRINUSE: [
    'the address is in use',
    'Stop the program that listens there, or choose another port, as in --listen 127.0.0.1:2526 (0 takes a free one)',
  ],
  EACCES: [
    'permission denied',
    'Ports below 1024 need a privilege: choose a higher port and let the balancer connect there',
  ],
  EADDRNOTAVAIL: ['this machine has no such address', 'Choose one that it has: --listen HOST:PORT'],
  ENOTFOUND: ['there is no such host name', 'Choose an address of this machine: --listen HOST:PORT'],
};

const LISTEN_UNIX: typeof LISTEN = {
  EADDRINUSE: [
    'something has that name, or a program listens there',
    'Stop or remove it, or choose another path: --listen unix:PATH',
  ],
  // The system says EACCES for a missing directory, too.
  EACCES: [
    'no socket can be made there',
    'Choose a path in a directory that exists and that this user may write to: --listen unix:PATH',
  ],
  EINVAL: ['the path is too long for a socket', 'Choose a shorter one: --listen unix:PATH'],
};

/** Why mail cannot be stored there, and the way out. */
export function maildirFailure(directory: string, error: unknown): Failure {
  if (!(error instanceof StorageFault)) throw error;
  const why = MAILDIR[error.code] ?? error.message;
  return new Failure(
    `Cannot store mail in ${directory}: ${why} (${error.code}).`,
    'Make it writable for this user, or choose another directory: --maildir DIR.',
  );
}

const MAILDIR: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENOTDIR: 'a part of the path is not a directory',
  ENOENT: 'no directory can be made there',
};
