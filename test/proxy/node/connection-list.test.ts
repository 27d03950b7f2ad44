import { expect, test } from 'vitest';
import { type Place, Roster } from '../../../src/proxy/node/connection-list.ts';

test('members stand in the order in which they came, whoever leaves', () => {
  const roster = new Roster<string>();
  expect([roster.size, roster.oldest, roster.members()]).toEqual([0, undefined, []]);
  const [first, second, third] = ['first', 'second', 'third'].map((name) => roster.enter(name));
  expect(roster.members()).toEqual(['first', 'second', 'third']);
  roster.leave(second);
  expect([roster.size, roster.members()]).toEqual([2, ['first', 'third']]);
  roster.leave(first);
  expect([roster.oldest?.member, roster.members()]).toEqual(['third', ['third']]);
  roster.enter('fourth');
  roster.leave(third);
  expect([roster.oldest?.member, roster.members()]).toEqual(['fourth', ['fourth']]);
});

test('nobody leaves twice', () => {
  const roster = new Roster<string>();
  const place = roster.enter('one');
  roster.enter('two');
  roster.leave(place);
  roster.leave(place);
  roster.leave(undefined);
  expect([roster.size, roster.members()]).toEqual([1, ['two']]);
});

test('it is a Set with an order, by random comings and goings', () => {
  const roster = new Roster<number>();
  const model = new Set<number>();
  const places: Place<number>[] = [];
  let seed = 7;
  for (let step = 0; step < 2000; step++) {
    seed = (seed * 48_271) % 2_147_483_647;
    if (seed % 2 === 0) {
      model.add(step);
      places.push(roster.enter(step));
    } else if (places.length > 0) {
      const place = places[seed % places.length]!;
      model.delete(place.member);
      roster.leave(place);
    }
    expect(roster.size).toBe(model.size);
  }
  expect(roster.members()).toEqual([...model]);
  expect(roster.oldest?.member).toBe([...model][0]);
});
