// @ts-check
import { SMTPServer } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { serving } from './child.mjs';

/**
 * npm smtp-server with everything off that is not the engine: no TLS, no AUTH, no reverse lookup, no log. It waits
 * 100 ms before each greeting to catch those who talk too early; `init` is replaced by the same steps without the
 * wait.
 *
 * @this {SMTPConnection}
 */
SMTPConnection.prototype.init = function init() {
  // oxlint-disable-next-line no-underscore-dangle -- the step it inherits is named so
  this._setListeners(() => this.connectionReady());
};

const options = JSON.parse(process.argv[2] ?? '{}');

const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  hideSTARTTLS: true,
  authOptional: true,
  disableReverseLookup: true,
  logger: false,
  useProxy: options.proxy === true,
  onData(stream, _session, callback) {
    stream.on('end', () => callback(null));
    stream.resume();
  },
});

const listener = server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const address = listener.address();
  serving(typeof address === 'object' && address !== null ? address.port : 0);
});
