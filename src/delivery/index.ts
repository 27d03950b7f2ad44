export { Debugging } from './debugging.ts';
export type { TextOutput } from './debugging.ts';
export { Forward } from './forward.ts';
export type {
  ForwardOptions,
  MailTransport,
  OutgoingMail,
  RefusedRecipient,
  SendOutcome,
} from './forward.ts';
export { MailMessage } from './mail-message.ts';
export type { HeaderField } from './mail-message.ts';
export { Maildir } from './maildir/maildir.ts';
export { Maildirs } from './maildir/maildirs.ts';
export type { MaildirOptions } from './maildir/maildir.ts';
export type { StoredMessage } from './maildir/store.ts';
export { Message } from './message.ts';
export type { MessageTaker } from './message.ts';
export { Sink } from './sink.ts';
export { StorageFault } from './maildir/storage-fault.ts';
