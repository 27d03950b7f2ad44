/** What is sent to the servers, and how truepeer should compare. Rates: messages in a second. */
export interface Scenario {
  title: string;
  connections: number;
  messagesPerConnection: number;
  size: number;
  stuffed: boolean;
  waits: boolean;
  /** The least that truepeer's rate should be, as a multiple of npm smtp-server's. */
  toSmtpServer: number;
  /** The same for the bare responder. */
  toBare: number;
}

const KIB = 1024;

const usual = { messagesPerConnection: 0, stuffed: false, waits: true };

export const scenarios: readonly Scenario[] = [
  { ...usual, title: '1 KiB, pipelined', connections: 50, size: KIB, toSmtpServer: 2.5, toBare: 0.7 },
  {
    ...usual,
    title: '1 KiB, next envelope with it',
    connections: 50,
    size: KIB,
    waits: false,
    toSmtpServer: 2.5,
    toBare: 0.7,
  },
  {
    ...usual,
    title: '1 KiB, one a connection',
    connections: 50,
    messagesPerConnection: 1,
    size: KIB,
    toSmtpServer: 1.4,
    toBare: 0.8,
  },
  { ...usual, title: '100 KiB', connections: 20, size: 100 * KIB, toSmtpServer: 1.5, toBare: 0.7 },
  {
    ...usual,
    title: '1 KiB, every line stuffed',
    connections: 50,
    size: KIB,
    stuffed: true,
    toSmtpServer: 4,
    toBare: 0.6,
  },
  {
    ...usual,
    title: '100 KiB, every line stuffed',
    connections: 20,
    size: 100 * KIB,
    stuffed: true,
    toSmtpServer: 4,
    toBare: 0.6,
  },
  { ...usual, title: '1 MiB', connections: 10, size: KIB * KIB, toSmtpServer: 2, toBare: 0.6 },
];

/** One message a connection, with a PROXY header and without: what the header may cost, as a share. */
export const proxyScenario = {
  ...usual,
  title: '1 KiB, one a connection',
  connections: 50,
  messagesPerConnection: 1,
  size: KIB,
};
export const PROXY_MAY_COST = 0.1;
