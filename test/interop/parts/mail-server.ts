import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Client as SMTPClient,
  Envelope,
  Handler,
  Peer,
  Session,
  SMTPServerOptions,
} from '../../../src/index.ts';
import { LMTPServer, SMTPServer } from '../../../src/index.ts';
import { Maildir } from '../../../src/delivery/maildir/maildir.ts';
import { headerIn } from './header.ts';
import type { Header } from './header.ts';
import type { Stage } from './stage.ts';

/** A message on disk and what the handler knew of its sender. */
export interface Delivered {
  readonly sessionId: string;
  readonly client: SMTPClient;
  readonly peer: Peer;
  /** The header that handlePROXY was shown; null without one. */
  readonly header: Header | null;
  /** The version of TLS; null without TLS. */
  readonly tls: string | null;
  /** Whether the client used SMTPUTF8. */
  readonly utf8: boolean;
  /** Who has authenticated; null where nobody has. */
  readonly identity: Session['identity'];
  /** The fields that the delivery put before the message, one string each, unfolded. */
  readonly fields: readonly string[];
  /** The message as the client sent it. */
  readonly message: string;
}

/** How the server is to be. */
export interface Setup {
  readonly options?: SMTPServerOptions;
  /** Hooks beside those that record and store. */
  readonly hooks?: Handler;
  /** A port to listen at; a free one unless told. */
  readonly port?: number;
  /** A Unix path to listen at instead. */
  readonly path?: string;
  /** LMTP in place of SMTP. */
  readonly lmtp?: boolean;
  /** TLS from the first octet, behind the PROXY header where there is one. */
  readonly tls?: boolean;
}

const BEHIND_PROXY: SMTPServerOptions = { proxyProtocol: { timeout: 60_000, trusted: ['127.0.0.1'] } };

/** truepeer with a Maildir under the stage's folder. */
export class MailServer {
  readonly port: number;
  /** When it began to listen, in milliseconds since the epoch. */
  readonly startedAt: number = Date.now();
  readonly #delivered: Promise<Delivered>[] = [];
  readonly headers: Header[];

  private constructor(port: number, delivered: Promise<Delivered>[], headers: Header[]) {
    this.port = port;
    this.#delivered = delivered;
    this.headers = headers;
  }

  /** Listens on 127.0.0.1; by default a PROXY header from 127.0.0.1 is needed. */
  static async start(stage: Stage, name: string, setup: Setup = {}): Promise<MailServer> {
    const { options = BEHIND_PROXY, hooks = {}, port = 0, tls = false, path, lmtp = false } = setup;
    const delivered: Promise<Delivered>[] = [];
    const headers: Header[] = [];
    const maildir = new Maildir(join(stage.dir, name), {
      onStored: (stored, session, envelope) => delivered.push(read(stored.path, session, envelope)),
    });
    await maildir.prepare();
    const handler: Handler = {
      handlePROXY: (_server, _session, _envelope, data) => {
        headers.push(headerIn(data.wholeRaw));
        return true;
      },
      handleContent: maildir.handleContent.bind(maildir),
      ...hooks,
    };
    const server = new (lmtp ? LMTPServer : SMTPServer)(handler, { hostname: 'mx.test', ...options });
    const address = await server.listen(
      path === undefined ? { host: '127.0.0.1', port, tls } : { path, tls },
    );
    stage.atEnd(() => server.close({ drain: 1000 }));
    return new MailServer(address.port, delivered, headers);
  }

  /** Everything stored so far; a message that was answered with 250 is among it. */
  delivered(): Promise<Delivered[]> {
    return Promise.all(this.#delivered);
  }
}

async function read(path: string, session: Session, envelope: Envelope): Promise<Delivered> {
  const whole = await readFile(path, 'latin1');
  const { client, peer, proxyData, tls, identity } = session;
  const header = proxyData === null ? null : headerIn(proxyData.wholeRaw);
  // The delivery's own fields end where the test's message, which begins with From, begins.
  const start = whole.indexOf('From: ');
  const fields = whole
    .slice(0, start)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .slice(0, -1);
  return {
    sessionId: session.id,
    client: { ...client },
    peer,
    header,
    tls: tls?.protocol ?? null,
    utf8: envelope.smtpUtf8,
    identity,
    fields,
    message: whole.slice(start),
  };
}
