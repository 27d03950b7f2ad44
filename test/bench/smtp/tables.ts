import { type Bounds, table, times } from '../report.ts';
import type { Figures, ScenarioResult, SmtpResults } from './run.ts';
import { PROXY_MAY_COST } from './scenarios.ts';

const COLUMNS = ['', 'messages/s', 'MB/s', 'CPU s/100k', 'RSS MB', 'p50 ms', 'p99 ms', 'generator'];

/** Every table of the SMTP part, one below the other. */
export function smtpTables(results: SmtpResults, bounds: Bounds): string {
  return [
    ...results.scenarios.map(scenarioTable),
    `targets\n${verdicts(results.scenarios, bounds)}`,
    `what a PROXY header costs, 1 KiB, one message a connection\n${figuresTable(results.proxy)}\n${proxyVerdicts(results, bounds)}`,
    `thrown away, and safely on disk (1 KiB, pipelined)\n${figuresTable(results.stored)}`,
  ].join('\n\n');
}

function scenarioTable({ scenario, figures }: ScenarioResult): string {
  return `${scenario.title}, ${scenario.connections} connections\n${figuresTable(figures)}`;
}

function figuresTable(figures: readonly Figures[]): string {
  return table(
    COLUMNS,
    figures.map((each) => [
      each.server,
      each.rate.toFixed(0),
      each.megabytesPerSecond.toFixed(0),
      each.cpu.toFixed(1),
      (each.rss / 1e6).toFixed(0),
      each.p50.toFixed(2),
      each.p99.toFixed(2),
      `${(each.generatorBusy * 100).toFixed(0)} %`,
    ]),
  );
}

function verdicts(results: readonly ScenarioResult[], bounds: Bounds): string {
  return table(
    [
      'truepeer',
      'to smtp-server',
      'at least',
      '',
      'to bare',
      'at least',
      '',
      'CPU to smtp-server',
      'CPU to bare',
    ],
    results.map(({ scenario, figures }) => {
      const { rateTo, cpuTo } = figures[0]!;
      const { target, title } = scenario;
      const against = (other: string, ratio: number, least: number): string[] => [
        times(least),
        bounds.atLeast(`${title}, rate to ${other}`, ratio, least),
      ];
      return [
        title,
        times(rateTo['smtp-server']!),
        ...(target === undefined
          ? ['', '']
          : against('smtp-server', rateTo['smtp-server']!, target.smtpServer)),
        times(rateTo['bare']!),
        ...(target === undefined ? ['', ''] : against('bare', rateTo['bare']!, target.bare)),
        times(cpuTo['smtp-server']!),
        times(cpuTo['bare']!),
      ];
    }),
  );
}

function proxyVerdicts({ proxy }: SmtpResults, bounds: Bounds): string {
  const plain = proxy[0]!.server;
  return table(
    ['with header', 'time a message', 'at most', '', 'CPU a message'],
    proxy
      .filter(({ server }) => server.startsWith('truepeer, PROXY'))
      .map(({ server, rateTo, cpuTo }) => [
        server,
        times(1 / rateTo[plain]!),
        times(1 + PROXY_MAY_COST),
        bounds.atMost(`${server}, time a message`, 1 / rateTo[plain]!, 1 + PROXY_MAY_COST),
        times(cpuTo[plain]!),
      ]),
  );
}
