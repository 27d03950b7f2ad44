export {
  Debugging,
  Forward,
  type ForwardOptions,
  type HeaderField,
  Maildir,
  type MaildirOptions,
  Maildirs,
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
} from './proxy/node/index.ts';
export * as sasl from './sasl/index.ts';
export type { Mailbox } from './smtp/grammar/address.ts';
export type { AuthOptions } from './smtp/api/options/auth-options.ts';
export {
  CHANNELS,
  type DialogueEvent,
  type MessageEvent,
  type RefusalEvent,
  type SessionEndEvent,
  type SessionEvent,
} from './smtp/api/channels.ts';
export { ContentError } from './smtp/api/content-error.ts';
export {
  type Body,
  Envelope,
  type EnvelopeFacts,
  type MailFacts,
  type Notify,
  type RcptFacts,
  type RecipientDSN,
} from './smtp/api/envelope.ts';
export type { Answer, ContentReply, Handler } from './smtp/api/handler.ts';
export type { ListenTarget } from './smtp/api/options/listen-target.ts';
export type { MailServer } from './smtp/api/mail-server.ts';
export type { BareNewlines } from './smtp/api/options/newline-policy.ts';
export type { Tolerance, Tolerate } from './smtp/api/options/tolerance.ts';
export type { Phase } from './smtp/api/phase.ts';
export { LMTPServer } from './smtp/server/lmtp-server.ts';
export type { Limits, LMTPServerOptions, SMTPServerOptions, Timeouts } from './smtp/api/options/options.ts';
export type { XCLIENTOptions } from './smtp/api/options/xclient-options.ts';
export { type ReceivedOptions, traceField } from './smtp/content/received.ts';
export { escapeText } from './wire/messages/escape.ts';
export { OPTION_ERRORS, type OptionErrorCode } from './wire/messages/option-error.ts';
export { type HookReply, type Reply } from './smtp/api/reply.ts';
export { SMTPServer } from './smtp/server/server.ts';
export type { CloseReason, Session } from './smtp/api/session.ts';
export type { TLSInfo } from './smtp/api/tls-info.ts';
export type { CertificateOptions, TLSOptions } from './smtp/api/options/tls-options.ts';
