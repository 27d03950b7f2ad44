import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SessionState } from '../../../src/smtp/engine/session-state.ts';

const PEER = { address: '192.0.2.1', port: 4321, family: 'IPv4' } as const;
const LOADER = new URL('../../../codegen/typescript-loader.mjs', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('../processes/session-ids.ts', import.meta.url));

test('the id of a session is its own among those of other processes, which began in the same second', async () => {
  const ids = [new SessionState(PEER).id, new SessionState(PEER).id];
  const children = Array.from({ length: 2 }, () => fork(PROGRAM, { execArgv: ['--import', LOADER] }));
  for (const [more] of await Promise.all(children.map((child) => once(child, 'message'))))
    ids.push(...(more as string[]));
  expect(new Set(ids).size).toBe(6);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{18,24}$/);
});
