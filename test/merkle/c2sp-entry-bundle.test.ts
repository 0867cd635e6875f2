import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { bodiesIn, firstBodies, packBodies } from '../../merkle/entry-bundle.ts';

const BODIES = ['a', '', 'three', 'x'.repeat(300)].map(utf8);
const BUNDLE = packBodies(BODIES);

describe('c2sp.org/tlog-tiles, "Log entries": entry bundles', () => {
  it('have 16 bits of length, big-endian, in front of each entry', () => {
    expect([...BUNDLE.subarray(0, 12)]).toEqual([0, 1, 97, 0, 0, 0, 5, ...utf8('three')]);
    expect([...BUNDLE.subarray(12, 14)]).toEqual([1, 44]);
  });

  it('are read as they were written, wherever they stand in a buffer', () => {
    const inside = Buffer.concat([utf8('before'), BUNDLE, utf8('behind')]).subarray(6, 6 + BUNDLE.length);
    expect(bodiesIn(inside)?.map((body) => [...body])).toEqual(BODIES.map((body) => [...body]));
    expect(bodiesIn(new Uint8Array())).toEqual([]);
  });

  it('are none if the last entry is cut short', () => {
    const whole = [0, 3, 5, 12, BUNDLE.length];
    for (let length = 0; length <= BUNDLE.length; length += 1)
      expect([length, bodiesIn(BUNDLE.subarray(0, length)) !== undefined]).toEqual([length, whole.includes(length)]);
  });

  it('begin with the bundle of fewer entries, and one that is cut short with what there is', () => {
    for (let count = 0; count <= BODIES.length; count += 1)
      expect(firstBodies(BUNDLE, count)).toEqual(packBodies(BODIES.slice(0, count)));
    expect(firstBodies(BUNDLE, 9)).toEqual(BUNDLE);
    expect(firstBodies(BUNDLE.subarray(0, 4), 2)).toEqual(BUNDLE.subarray(0, 4));
  });
});
