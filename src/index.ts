export {
  Debugging,
  Forward,
  type ForwardOptions,
  type HeaderField,
  Maildir,
  type MaildirOptions,
  MailMessage,
  type MailTransport,
  Message,
  type MessageTaker,
  type OutgoingMail,
  type RefusedRecipient,
  type SendOutcome,
  Sink,
  StorageFault,
  type StoredMessage,
  type TextOutput,
} from './delivery/index.ts';
export {
  acceptProxy,
  type AcceptOptions,
  type Client,
  type Diagnostic,
  type Peer,
  type ProxiedSocket,
  type ProxyOptions,
  sendProxy,
  type Trusted,
} from './proxy/node.ts';
export * as sasl from './sasl/index.ts';
export type { Mailbox } from './smtp/commands/address.ts';
export type { MailFacts, RcptFacts } from './smtp/commands/parameter-table.ts';
export type { AuthOptions } from './smtp/auth-options.ts';
export { CHANNELS, type MessageEvent, type SessionEndEvent, type SessionEvent } from './smtp/channels.ts';
export { ContentError } from './smtp/content/content-sink.ts';
export { type Body, Envelope, type Notify, type RecipientDSN } from './smtp/envelope.ts';
export type { Answer, ContentReply, Handler } from './smtp/handler.ts';
export type { Phase } from './smtp/input/input.ts';
export type { ListenTarget } from './smtp/listening.ts';
export { LMTPServer } from './smtp/lmtp-server.ts';
export type { BareNewlines, Limits, SMTPServerOptions, Timeouts } from './smtp/options.ts';
export { type ReceivedOptions, traceField } from './smtp/content/received.ts';
export { escapeText, type HookReply, type Reply } from './smtp/reply.ts';
export { SMTPServer } from './smtp/server.ts';
export type { CloseReason, Session } from './smtp/session.ts';
export type { TLSInfo, TLSOptions } from './smtp/tls.ts';
