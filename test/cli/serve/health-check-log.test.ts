import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HealthCheckLog } from '../../../src/cli/serve/health-check-log.ts';

describe('the log of connections that balancers make for themselves', () => {
  const lines: string[] = [];
  let log: HealthCheckLog;

  beforeEach(() => {
    vi.useFakeTimers();
    lines.length = 0;
    log = new HealthCheckLog({
      write: (event, sentence, facts) => void lines.push(`${event}|${sentence}|${JSON.stringify(facts)}`),
    });
  });
  afterEach(() => void vi.useRealTimers());

  /** One connection without anything to tell. */
  const check = (proxy = '10.0.0.1') => {
    log.hold('s1', 'connection', 'who', {});
    log.settle('s1', proxy);
  };
  const first = (proxy: string) =>
    `health-checks|proxy ${proxy}: 1 connection for itself, without mail; more are counted, one line in 10 minutes|{"proxy":"${proxy}","count":1}`;
  const counted = (proxy: string, count: number) =>
    `health-checks|proxy ${proxy}: ${count} connection${count === 1 ? '' : 's'} for itself, without mail|{"proxy":"${proxy}","count":${count}}`;

  it('has a line for the first of a balancer, and one in ten minutes for the others', () => {
    for (let i = 0; i < 300; i++) check();
    check('10.0.0.2');
    expect(lines).toEqual([first('10.0.0.1'), first('10.0.0.2')]);
    vi.advanceTimersByTime(599_999);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(lines.slice(2)).toEqual([counted('10.0.0.1', 299)]);
    check();
    vi.advanceTimersByTime(600_000);
    expect(lines.slice(3)).toEqual([counted('10.0.0.1', 1)]);
  });

  it('takes a balancer that was away for a new one', () => {
    check();
    vi.advanceTimersByTime(600_000);
    check();
    expect(lines).toEqual([first('10.0.0.1'), first('10.0.0.1')]);
  });

  it('has the line of the connection before the first other of its session, and counts it no more', () => {
    log.hold('s1', 'connection', 'who', { session: 's1' });
    log.write('stored', 'what', { session: 's2' });
    log.write('stored', 'what', { session: 's1' });
    log.write('ended', 'why', { session: 's1' });
    log.settle('s1', '10.0.0.1');
    log.report();
    expect(lines).toEqual([
      'stored|what|{"session":"s2"}',
      'connection|who|{"session":"s1"}',
      'stored|what|{"session":"s1"}',
      'ended|why|{"session":"s1"}',
    ]);
  });

  it('counts for a thousand balancers at a time; another has a line for each connection', () => {
    for (let i = 0; i < 1000; i++) check(`proxy ${i}`);
    lines.length = 0;
    check('another');
    check('another');
    check('proxy 7');
    expect(lines).toEqual(['connection|who|{}', 'connection|who|{}']);
    vi.advanceTimersByTime(600_000);
    expect(lines.slice(2)).toEqual([counted('proxy 7', 1)]);
  });
});
