/** What is sent to the servers, and how truepeer should compare. Rates: messages in a second. */
export interface Scenario {
  title: string;
  connections: number;
  messagesPerConnection: number;
  size: number;
  stuffed: boolean;
  waits: boolean;
  /** The least that truepeer's rate should be, as multiples of the others'; absent where nothing is promised. */
  target?: { smtpServer: number; bare: number };
}

const KIB = 1024;

const usual = { connections: 50, messagesPerConnection: 0, size: KIB, stuffed: false, waits: false };
const large = { ...usual, connections: 20, size: 100 * KIB };

export const scenarios: readonly Scenario[] = [
  { ...usual, title: '1 KiB, pipelined', target: { smtpServer: 2.5, bare: 0.7 } },
  { ...usual, title: '1 KiB, envelope after the 250', waits: true },
  {
    ...usual,
    title: '1 KiB, one a connection',
    messagesPerConnection: 1,
    target: { smtpServer: 1.4, bare: 0.8 },
  },
  { ...large, title: '100 KiB', target: { smtpServer: 1.5, bare: 0.7 } },
  { ...usual, title: '1 KiB, every line stuffed', stuffed: true },
  {
    ...large,
    title: '100 KiB, every line stuffed',
    stuffed: true,
    target: { smtpServer: 4, bare: 0.6 },
  },
  { ...large, title: '1 MiB', connections: 10, size: KIB * KIB, target: { smtpServer: 2, bare: 0.6 } },
];

/** One message a connection, with a PROXY header and without: what the header may cost, as a share. */
export const proxyScenario: Scenario = {
  ...usual,
  title: 'PROXY header, 1 KiB, one a connection',
  messagesPerConnection: 1,
};
export const PROXY_MAY_COST = 0.1;
