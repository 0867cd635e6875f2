import { expect, test } from 'vitest';
import { TwoQueueMap } from '../../base/two-queue-map.ts';

const small = () => new TwoQueueMap<number, string>({ recent: 2, frequent: 2, left: 3 });

test('a value is found until two newer ones came', () => {
  const map = small();
  map.set(1, 'one');
  map.set(2, 'two');
  expect([map.get(2), map.get(1)]).toEqual(['two', 'one']);
  map.set(3, 'three');
  expect([map.get(1), map.get(2), map.get(3)]).toEqual(['one', undefined, 'three']); // 1 was used after 2
});

test('a value that came twice outlives any number that came once', () => {
  const map = small();
  for (const name of [1, 2, 3, 1]) map.set(name, String(name));
  for (let name = 10; name < 1000; name += 1) map.set(name, String(name));
  expect(map.get(1)).toBe('1');
  expect(map.get(998)).toBe('998');
  expect(map.get(997)).toBeUndefined();
});

test('of the values that came twice, the two used last are kept', () => {
  const map = small();
  for (const name of [1, 2, 3, 4, 1, 2]) map.set(name, String(name)); // 1 and 2 left, and came again
  expect(map.get(1)).toBe('1');
  for (const name of [5, 6, 3]) map.set(name, String(name)); // 3 left for the first time when 5 came
  expect([map.get(1), map.get(2), map.get(3)]).toEqual(['1', undefined, '3']);
});

test('a name that left long ago counts as new', () => {
  const map = small();
  map.set(1, 'one');
  for (let name = 10; name < 20; name += 1) map.set(name, String(name));
  map.set(1, 'one');
  for (const name of [20, 21]) map.set(name, String(name));
  expect(map.get(1)).toBeUndefined();
});
