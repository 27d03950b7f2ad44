import { expect, test } from 'vitest';
import { ConnectionList, type ListEntry } from '../../../src/proxy/node/connection-list.ts';

test('connections stand in the order in which they came, whichever is removed', () => {
  const list = new ConnectionList<string>();
  expect([list.size, list.oldest, list.all()]).toEqual([0, undefined, []]);
  const [first, second, third] = ['first', 'second', 'third'].map((name) => list.add(name));
  expect(list.all()).toEqual(['first', 'second', 'third']);
  list.remove(second);
  expect([list.size, list.all()]).toEqual([2, ['first', 'third']]);
  list.remove(first);
  expect([list.oldest?.connection, list.all()]).toEqual(['third', ['third']]);
  list.add('fourth');
  list.remove(third);
  expect([list.oldest?.connection, list.all()]).toEqual(['fourth', ['fourth']]);
});

test('nothing is removed twice', () => {
  const list = new ConnectionList<string>();
  const entry = list.add('one');
  list.add('two');
  list.remove(entry);
  list.remove(entry);
  list.remove(undefined);
  expect([list.size, list.all()]).toEqual([1, ['two']]);
});

test('it is a Set with an order, by random additions and removals', () => {
  const list = new ConnectionList<number>();
  const model = new Set<number>();
  const entries: ListEntry<number>[] = [];
  let seed = 7;
  for (let step = 0; step < 2000; step++) {
    seed = (seed * 48_271) % 2_147_483_647;
    if (seed % 2 === 0) {
      model.add(step);
      entries.push(list.add(step));
    } else if (entries.length > 0) {
      const entry = entries[seed % entries.length]!;
      model.delete(entry.connection);
      list.remove(entry);
    }
    expect(list.size).toBe(model.size);
  }
  expect(list.all()).toEqual([...model]);
  expect(list.oldest?.connection).toBe([...model][0]);
});
