/** The catalogue of the server's own replies: code, enhanced code (RFC 3463, RFC 5248) and text, ready for the wire. */

import { formatReply } from '../api/reply.ts';

function reply(code: number, enhanced: string, text: string | readonly string[]): string {
  return formatReply({ code, enhanced, text });
}

export const REPLIES = {
  ok: reply(250, '2.0.0', 'Ok'),
  senderOk: reply(250, '2.1.0', 'Sender ok'),
  recipientOk: reply(250, '2.1.5', 'Recipient ok'),
  messageOk: reply(250, '2.6.0', 'Message accepted'),
  startContent: reply(354, '', 'End data with <CR><LF>.<CR><LF>'),
  bye: reply(221, '2.0.0', 'Bye'),
  cannotVerify: reply(252, '2.5.2', 'Cannot verify the user, but will take the message and try'),
  noExpansion: reply(502, '5.5.1', 'Lists are not expanded here'),

  earlyTalker: reply(554, '5.5.0', 'Wait for the greeting before you speak'),
  lineTooLong: reply(500, '5.5.2', 'Line too long'),
  bareLineFeed: reply(500, '5.5.2', 'Lines end with CR LF; a bare LF ends nothing'),
  controlCharacter: reply(501, '5.5.2', 'Control character in a command'),
  eightBit: reply(501, '5.5.2', 'Only ASCII is allowed here'),
  invalidUtf8: reply(501, '5.5.2', 'Not valid UTF-8'),
  unknownCommand: reply(500, '5.5.2', 'Command not recognised'),
  notHttp: reply(421, '4.7.0', 'This is an SMTP server'),
  noArgument: reply(501, '5.5.4', 'This command takes no argument'),
  argumentNeeded: reply(501, '5.5.4', 'An argument is missing'),
  badHostName: reply(501, '', 'A host name or an address literal is expected'),
  helloFirst: reply(503, '5.5.1', 'Say HELO or EHLO first'),
  nestedMail: reply(503, '5.5.1', 'A transaction is open already'),
  mailFirst: reply(503, '5.5.1', 'MAIL comes first'),
  recipientFirst: reply(503, '5.5.1', 'No recipient has been accepted'),
  refusedSession: reply(503, '5.5.1', 'No service; QUIT is all that is left'),

  tlsReady: reply(220, '2.0.0', 'Ready to start TLS'),
  tlsAlready: reply(503, '5.5.1', 'TLS is active already'),
  tlsUnavailable: reply(454, '4.7.0', 'TLS is not available'),
  tlsPipelined: reply(554, '5.5.0', 'Nothing may follow STARTTLS before TLS has begun'),
  tlsFirst: reply(530, '5.7.0', 'Say STARTTLS first'),
  tlsOverhead: reply(421, '4.7.0', 'Too much of TLS without data'),
  tlsRefused: reply(554, '5.7.0', 'This TLS session is not accepted'),

  badChunk: reply(501, '5.5.4', 'A chunk size is expected: BDAT size [LAST]'),
  chunkFailed: reply(503, '5.5.1', 'An earlier chunk was refused; say RSET'),
  chunksOnly: reply(503, '5.5.1', 'The message has begun in chunks; go on with BDAT or say RSET'),
  tooManyChunks: reply(554, '5.5.0', 'Message comes in too many chunks; send larger ones'),
  binaryNeedsChunks: reply(503, '5.5.1', 'BINARYMIME comes with BDAT, not with DATA'),

  requireTLSInClear: reply(530, '5.7.10', 'REQUIRETLS needs an encrypted connection'),
  holdTooLong: reply(501, '5.5.4', 'Messages are not held that long here'),

  authOk: reply(235, '2.7.0', 'Authenticated'),
  authFirst: reply(530, '5.7.0', 'Authentication required'),
  authUnavailable: reply(502, '5.5.1', 'AUTH is not available'),
  authAlready: reply(503, '5.5.1', 'Authenticated already'),
  authAfterEhlo: reply(503, '5.5.1', 'AUTH comes after EHLO and before MAIL'),
  authUnknown: reply(504, '5.5.4', 'Mechanism not recognised'),
  authNeedsTLS: reply(538, '5.7.11', 'This mechanism needs an encrypted connection; say STARTTLS first'),
  authCancelled: reply(501, '5.7.0', 'Authentication cancelled'),
  authMalformed: reply(501, '5.5.2', 'Authentication exchange not understood'),
  authLineTooLong: reply(500, '5.5.6', 'Authentication exchange line is too long'),
  authNoInitial: reply(501, '5.7.0', 'This mechanism takes no initial response'),
  authFailed: reply(535, '5.7.8', 'Authentication credentials invalid'),
  authTemporary: reply(454, '4.7.0', 'Authentication could not be decided; try again later'),
  authBusy: reply(454, '4.7.0', 'Too many authentications at the same time; try again later'),
  authTooOften: reply(421, '4.7.0', 'Too many failed authentications'),

  notTrusted: reply(550, '5.7.0', 'Not from your address'),
  badAttribute: reply(501, '5.5.4', 'Attribute not understood'),

  badSender: reply(501, '5.1.7', 'Sender address not understood: MAIL FROM:<address> is expected'),
  badRecipient: reply(501, '5.1.3', 'Recipient address not understood: RCPT TO:<address> is expected'),
  needsUtf8: reply(553, '5.6.7', 'A non-ASCII address needs SMTPUTF8'),
  unknownParameter: reply(555, '5.5.4', 'Parameter not recognised'),
  repeatedParameter: reply(501, '5.5.4', 'Parameter given twice'),
  badParameter: reply(501, '5.5.4', 'Parameter not understood'),
  messageTooBig: reply(552, '5.3.4', 'Message is larger than this server takes'),
  noSpace: reply(452, '4.3.1', 'Insufficient system storage; try again later'),
  noMemory: reply(452, '4.3.1', 'Too much mail is in progress; try again later'),
  tooManyRecipients: reply(452, '4.5.3', 'Too many recipients in one message'),

  bareNewline: reply(550, '5.6.0', 'Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)'),
  tooManyHops: reply(554, '5.4.6', 'Too many Received fields: a mail loop'),
  contentNotTaken: reply(451, '4.3.0', 'Message was not taken; try again later'),

  greetingFailed: reply(421, '', 'Local error; try again later'),
  handlerFailed: reply(451, '4.3.0', 'Local error; try again later'),
  sessionFailed: reply(421, '4.3.0', 'Local error; try again later'),
  handlerTimeout: reply(421, '4.3.0', 'Local processing took too long; try again later'),
  commandTimeout: reply(421, '4.4.2', 'Timeout waiting for a command'),
  contentTimeout: reply(421, '4.4.2', 'Timeout waiting for the message'),
  shutdown: reply(421, '4.3.2', 'Service is shutting down; try again later'),
  tooManyCommands: reply(421, '4.7.0', 'Too many commands without a message'),
  tooManyUnknown: reply(421, '4.7.0', 'Too many unknown commands'),
  tooManyErrors: reply(421, '4.7.0', 'Too many errors'),
  tooManyConnections: reply(421, '4.7.0', 'Too many connections; try again later'),
} as const;
