export { Maildir } from './maildir.ts';
export type { MaildirOptions } from './maildir.ts';
export { MaildirStore } from './maildir-store.ts';
export type { StoredMessage } from './maildir-store.ts';
export { StorageFault } from './storage-fault.ts';
