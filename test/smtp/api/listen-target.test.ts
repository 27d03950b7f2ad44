import { expect, test } from 'vitest';
import { type ListenTarget, readTarget } from '../../../src/smtp/api/options/listen-target.ts';

/** What the compiler refuses is refused at run time, too; `npm run types` fails where a line below is no error. */
test('a target is one kind of place, for the compiler as well', () => {
  const good: ListenTarget[] = [
    { port: 25 },
    { port: 25, host: '::1', tls: true },
    { path: '/run/s', mode: 0o660, bareNewlines: 'reject' },
    { fd: 3, tls: false },
    { port: 25, path: undefined },
  ];
  expect(good.map((target) => readTarget(target))).toEqual([...good.slice(0, -1), { port: 25 }]);
  const bad: ListenTarget[] = [
    // @ts-expect-error a path has no host
    { path: '/run/s', host: '127.0.0.1' },
    // @ts-expect-error a port or a path
    { port: 25, path: '/run/s' },
    // @ts-expect-error a port has no mode
    { port: 25, mode: 0o660 },
    // @ts-expect-error a descriptor has neither
    { fd: 3, host: '127.0.0.1' },
    // @ts-expect-error no place at all
    { tls: true },
    // @ts-expect-error no such option
    { port: 25, hots: '127.0.0.1' },
  ];
  for (const target of bad) expect(() => readTarget(target), JSON.stringify(target)).toThrow(TypeError);
});
