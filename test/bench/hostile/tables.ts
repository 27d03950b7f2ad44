import { type Bounds, table, times } from '../report.ts';
import type { FloodResult } from './floods.ts';
import type { Cost, HeaderSiege, HostileResults } from './run.ts';

/** Octets that an idle connection may cost beyond what a bare server uses. */
const IDLE_BEYOND_BARE = 6 * 1024;
/** Milliseconds that 99 of 100 sessions of an honest client may take beside drip attackers. */
const HONEST_P99 = 100;
/** Milliseconds after its deadline within which a peer must be gone. */
const GONE_WITHIN = 1000;

/** What the slowest of 100 sessions of an honest client may take beside a flood, as a multiple of the median when idle. */
const BESIDE_FLOOD = 50;
/** Milliseconds that one turn of the event loop may take. */
const LOOP_TURN = 20;

/** Every table of the hostile part. */
export function hostileTables(results: HostileResults, bounds: Bounds): string {
  const { peers, wanted, headers, drip } = results;
  const scaled =
    peers < wanted
      ? [`The limit of open files lets ${peers} peers come instead of ${wanted}; raise it with ulimit -n.`]
      : [];
  return [
    ...scaled,
    `${peers} idle connections after EHLO, KiB each\n${idleTable(results.idle, bounds)}`,
    ...headers.flatMap((header) => headerTable(header, bounds)),
    `${drip.peers} peers that drip, half in a command, half in content`,
    table(
      ['', 'figure', 'at most', ''],
      [
        ['memory of a peer, KiB', kib(drip.resident)],
        ...honestRows('beside drips', drip.good, bounds, HONEST_P99),
      ],
    ),
    ...results.floods.map((flood) => floodTable(flood, bounds)),
  ].join('\n\n');
}

function floodTable({ what, count, left, idle, beside, loopTurn }: FloodResult, bounds: Bounds): string {
  const where = `beside ${count} clients that pipeline ${what}`;
  const slowed = beside.sessionP99 / idle.sessionP50;
  const rows = table(
    ['', 'figure', 'at most', ''],
    [
      ['its sessions alone, median, ms', idle.sessionP50.toFixed(1)],
      ['beside the flood, median, ms', beside.sessionP50.toFixed(1)],
      ['beside the flood, 99th percentile, ms', beside.sessionP99.toFixed(1)],
      [
        'as a multiple of the median alone',
        times(slowed),
        String(BESIDE_FLOOD),
        bounds.atMost(`${where}, 99th percentile to the median alone`, slowed, BESIDE_FLOOD),
      ],
      [
        'longest turn of the event loop, ms',
        loopTurn.toFixed(1),
        String(LOOP_TURN),
        bounds.atMost(`${where}, longest turn of the event loop, ms`, loopTurn, LOOP_TURN),
      ],
      ['clients of the flood that were served to the end', `${left} of ${count}`],
    ],
  );
  return `an honest client ${where}\n${rows}`;
}

function headerTable(header: HeaderSiege, bounds: Bounds): string[] {
  return [
    `${header.what}: ${header.peers} peers before the header, half silent, half one octet a second; deadline ${header.deadline} ms`,
    table(
      ['', 'figure', 'at most', ''],
      [
        ['memory of a peer, KiB', kib(header.resident)],
        [
          'longest life of a peer, ms',
          header.longest.toFixed(0),
          String(header.deadline + GONE_WITHIN),
          bounds.atMost(
            `${header.what}, longest life of a peer, ms`,
            header.longest,
            header.deadline + GONE_WITHIN,
          ),
        ],
        ['shortest life of a peer, ms', header.shortest.toFixed(0)],
        ['peers left', String(header.left), '0', bounds.atMost(`${header.what}, peers left`, header.left, 0)],
        ...honestRows(header.what, header.good, bounds),
      ],
    ),
  ];
}

function idleTable(idle: readonly Cost[], bounds: Bounds): string {
  const bare = idle[0]!;
  return table(
    ['', 'resident', 'beyond bare', 'at most', '', 'live heap', 'beyond bare'],
    idle.map((cost) => {
      const judged = cost.what === 'truepeer';
      return [
        cost.what,
        kib(cost.resident),
        kib(cost.resident - bare.resident),
        judged ? kib(IDLE_BEYOND_BARE) : '',
        judged
          ? bounds.atMost(
              'an idle connection, octets beyond bare',
              cost.resident - bare.resident,
              IDLE_BEYOND_BARE,
            )
          : '',
        kib(cost.heap),
        kib(cost.heap - bare.heap),
      ];
    }),
  );
}

function honestRows(
  where: string,
  good: HostileResults['drip']['good'],
  bounds: Bounds,
  target?: number,
): string[][] {
  return [
    ['messages of an honest client', String(good.messages)],
    [
      'its sessions, 99th percentile, ms',
      good.sessionP99.toFixed(1),
      ...(target === undefined
        ? []
        : [
            String(target),
            bounds.atMost(`${where}, sessions of an honest client, ms`, good.sessionP99, target),
          ]),
    ],
    [
      'its sessions that failed',
      String(good.errors.length),
      '0',
      bounds.atMost(`${where}, sessions of an honest client that failed`, good.errors.length, 0),
    ],
  ];
}

function kib(octets: number): string {
  return (octets / 1024).toFixed(1);
}
