import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  askForTurn,
  clock as look,
  type Flow,
  onceServed,
  turnOver,
} from '../../../src/smtp/server/fair-queue.ts';

/** Milliseconds of a clock that moves when flows work. */
let clock = 0;
let log: string[] = [];

beforeEach(() => {
  clock = 0;
  log = [];
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});

afterEach(() => vi.restoreAllMocks());

/** A connection with commands that take `cost` milliseconds each. */
class Flood implements Flow {
  queued = false;
  stalled = false;
  left: number;
  worked = (): void => {};
  private readonly name: string;
  private readonly cost: number;

  constructor(name: string, commands: number, cost: number) {
    this.name = name;
    this.left = commands;
    this.cost = cost;
  }

  readOn(): boolean {
    this.stalled = false;
    do {
      if (this.left-- > 0) log.push(this.name);
      clock += this.cost;
      this.worked();
    } while (this.left > 0 && !turnOver());
    look();
    return this.left > 0;
  }

  stall(): void {
    this.stalled = true;
  }
}

const loopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function drain(...flows: Flood[]): Promise<void> {
  while (flows.some(({ left }) => left > 0)) await loopTurn();
  await loopTurn();
}

it('a connection alone reads all at once, within the budget of a loop turn', async () => {
  const alone = new Flood('a', 30, 0.125);
  askForTurn(alone);
  expect(alone.left).toBe(0);
  await loopTurn();
});

it('one that sends much lets the loop poll, and is not read from meanwhile', async () => {
  const heavy = new Flood('h', 1000, 0.125);
  askForTurn(heavy);
  expect(heavy.left).toBe(968);
  await loopTurn();
  expect(heavy).toMatchObject({ queued: true, stalled: true, left: 936 });
  await drain(heavy);
});

it('those that wait take turns, whatever one command of theirs costs', async () => {
  const flows = [new Flood('a', 200, 0.125), new Flood('b', 200, 0.125), new Flood('c', 20, 1)];
  for (const flow of flows) askForTurn(flow);
  await loopTurn();
  expect(log.slice(0, 32).join('')).toBe('a'.repeat(32));
  expect(log.slice(32, 46).join('')).toBe('bbbbcaaaabbbbc');
  await drain(...flows);
  expect(log.length).toBe(420);
});

it('whose input has just come reads before those who have had a turn, even where the budget is used up', async () => {
  const heavy = Array.from({ length: 20 }, (_, index) => new Flood(`h${index}`, 500, 0.125));
  for (const flow of heavy) askForTurn(flow);
  // Until each has had a turn.
  for (let turn = 0; turn < 3; turn++) await loopTurn();
  const lights = Array.from({ length: 40 }, (_, index) => new Flood(`light${index}`, 1, 0.25));
  const before = log.length;
  for (const flow of lights) askForTurn(flow);
  await loopTurn();
  expect(log.slice(before, before + 32)).toEqual(lights.slice(0, 32).map((_, index) => `light${index}`));
  await drain(...heavy, ...lights);
});

it('no loop turn reads for longer than two budgets and one command more', async () => {
  const heavy = Array.from({ length: 100 }, (_, index) => new Flood(`h${index}`, 50, 0.3));
  const before = clock;
  for (const flow of heavy) askForTurn(flow);
  await loopTurn();
  expect(clock - before).toBeLessThanOrEqual(2 * (4 + 0.5 + 0.3));
  await drain(...heavy);
});

it('the queue is served once in a loop turn, though replies wait to be written in each', async () => {
  const heavy = Array.from({ length: 20 }, (_, index) => new Flood(`h${index}`, 1000, 0.3));
  for (const flow of heavy) flow.worked = () => onceServed(() => {});
  for (const flow of heavy) askForTurn(flow);
  for (let turn = 0; turn < 20; turn++) {
    const before = clock;
    await loopTurn();
    expect(clock - before).toBeLessThan(5);
  }
  await drain(...heavy);
});

it('one that has had a turn has another, however many come with new input', async () => {
  const heavy = new Flood('heavy', 200, 0.125);
  askForTurn(heavy);
  for (let turn = 0; turn < 60 && heavy.left > 0; turn++) {
    // As much as the budgets of a loop turn allow, and more that waits.
    for (let light = 0; light < 40; light++) askForTurn(new Flood('light', 1, 0.25));
    await loopTurn();
  }
  expect(heavy.left).toBeLessThanOrEqual(0);
  // The queue belongs to the whole process: it is left empty.
  for (let before = -1; before < log.length; await loopTurn()) before = log.length;
});

it('one that fails keeps nobody from its turn', async () => {
  const fallen: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => fallen.push(error));
  const failing = new Flood('f', 1, 0.125);
  const flows = [new Flood('a', 200, 0.125), failing, new Flood('b', 20, 0.125)];
  failing.worked = () => {
    throw new Error('fell');
  };
  let told = 0;
  for (const flow of flows) askForTurn(flow);
  onceServed(() => void told++);
  for (let turn = 0; turn < 20; turn++) await loopTurn();
  process.removeAllListeners('uncaughtException');
  for (const listener of others) process.on('uncaughtException', listener);
  expect(fallen).toEqual([new Error('fell')]);
  expect(flows.map(({ left }) => left)).toEqual([0, 0, 0]);
  expect(told).toBe(1);
});

it('one that waits with a chunk is not read from when another comes', async () => {
  const flows = [new Flood('a', 100, 0.125), new Flood('b', 1, 0.125)];
  for (const flow of flows) askForTurn(flow);
  expect(flows.map(({ queued, stalled }) => [queued, stalled])).toEqual([
    [true, false],
    [true, false],
  ]);
  for (const flow of flows) askForTurn(flow);
  expect(flows.map(({ stalled }) => stalled)).toEqual([true, true]);
  await drain(...flows);
});
