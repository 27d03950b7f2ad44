import { describe, expect, it, vi } from 'vitest';
import { ClientBudget } from '../../../src/cli/serve/client-budget.ts';
import type { Client } from '../../../src/proxy/node/peer.ts';

const client = (address: string, family: Client['family'] = 'IPv4'): Client => ({
  address,
  port: 1,
  family,
  proxied: true,
});

describe('lines by client', () => {
  it('are written, then counted and told of at the end of the minute', () => {
    vi.useFakeTimers();
    try {
      const lines: string[] = [];
      const budget = new ClientBudget({
        write: (event, sentence) => void lines.push(`${event}: ${sentence}`),
      });
      for (let index = 0; index < 23; index++)
        budget.write(client('192.0.2.1'), 'refused', `line ${index}`, {});
      for (let index = 0; index < 21; index++)
        budget.write(client(`2001:db8::${index}`, 'IPv6'), 'refused', 'six', {});
      budget.write(client('192.0.2.2'), 'refused', 'another', {});
      expect(lines).toHaveLength(20 + 20 + 1);
      vi.advanceTimersByTime(60_000);
      expect(lines.slice(41)).toEqual([
        'lines-left-out: client 192.0.2.1: 3 more lines left out within 60 seconds',
        'lines-left-out: client 2001:db8:0:0::/64: 1 more line left out within 60 seconds',
      ]);
      budget.write(client('192.0.2.1'), 'refused', 'again', {});
      expect(lines.at(-1)).toBe('refused: again');
      budget.report();
      expect(lines).toHaveLength(44);
    } finally {
      vi.useRealTimers();
    }
  });

  it('are shared by all clients beyond the thousandth', () => {
    const lines: string[] = [];
    const budget = new ClientBudget({ write: (_event, sentence) => void lines.push(sentence) });
    for (let index = 0; index < 5000; index++)
      budget.write(client(`198.51.${index >> 8}.${index & 255}`), 'refused', 'x', {});
    expect(lines).toHaveLength(1020);
    budget.report();
    expect(lines.slice(1020)).toEqual(['client other clients: 3980 more lines left out within 60 seconds']);
  });
});
