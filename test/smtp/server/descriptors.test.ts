import { expect, it } from 'vitest';
import { connectionsFor } from '../../../src/smtp/server/descriptors.ts';

it.each([
  [64, 22, 26, 8],
  [1024, 24, 744, 128],
  [20_000, 24, 19_720, 128],
  [1_048_576, 24, 1_048_296, 128],
  [16, 16, 1, 2],
])('of %i descriptors, with %i open, %i are for connections, %i for clients that are refused', (...row) => {
  const [limit, open, connections, dismissed] = row;
  expect(connectionsFor({ limit, open })).toEqual({ connections, dismissed });
});
