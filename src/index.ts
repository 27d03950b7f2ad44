export {
  Debugging,
  type HeaderField,
  Maildir,
  type MaildirOptions,
  MailMessage,
  Message,
  type MessageTaker,
  Sink,
  StorageFault,
  type StoredMessage,
  type TextOutput,
} from './delivery/index.ts';
export { ContentError } from './smtp/content-sink.ts';
export { Envelope, type Body } from './smtp/envelope.ts';
export type { Answer, Handler } from './smtp/handler.ts';
export type { Mailbox } from './smtp/address.ts';
export type { BareNewlines, Diagnostic, Limits, SMTPServerOptions, Timeouts } from './smtp/options.ts';
export { type ReceivedOptions, traceField } from './smtp/received.ts';
export { escapeText, type HookReply, type Reply } from './smtp/reply.ts';
export { type ListenTarget, SMTPServer } from './smtp/server.ts';
export type { Client, CloseReason, Peer, Session } from './smtp/session.ts';
