import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTilePath, parseTilePath, type TileResource } from '../../merkle/tile-path.ts';

const tile = (level: number, index: number, width = 256): TileResource => ({
  what: 'tile',
  id: { level, index },
  width,
});
const entries = (number: number, width = 256): TileResource => ({ what: 'entries', number, width });

describe('c2sp.org/tlog-tiles: paths', () => {
  it.each([
    ['0/000', tile(0, 0)],
    ['0/005', tile(0, 5)],
    ['1/x001/000', tile(1, 1000)],
    ['0/x001/x234/067', tile(0, 1_234_067)],
    ['2/x123/x456/789', tile(2, 123_456_789)],
    ['0/x001/067.p/8', tile(0, 1067, 8)],
    ['63/000.p/255', tile(63, 0, 255)],
    ['entries/000', entries(0)],
    ['entries/x999/999.p/1', entries(999_999, 1)],
    ['0/x009/x007/x199/x254/x740/991', tile(0, Number.MAX_SAFE_INTEGER)],
  ])('%s', (path, resource) => {
    expect(parseTilePath(path)).toEqual(resource);
    expect(formatTilePath(resource)).toBe(path);
  });

  it.each([
    '',
    '0',
    '0/',
    '0/0',
    '0/00',
    '0/0000',
    '00/000',
    '01/000',
    '64/000',
    '100/000',
    '-1/000',
    '0/x000/001',
    '0/001/000',
    '0/x001/x000',
    '0/x001',
    '0/X001/000',
    '0/x1/000',
    '0/x001//000',
    '0/000/',
    '0/000.p',
    '0/000.p/',
    '0/000.p/0',
    '0/000.p/08',
    '0/000.p/256',
    '0/000.p/999',
    '0/000.P/8',
    '0/000.p/8/',
    '0/x009/x007/x199/x254/x740/992',
    '0/x999/x999/x999/x999/x999/x999/999',
    'data/000',
    'Entries/000',
    'entries/x000/000',
    '8/0/000',
    '0/%30%30%30',
    '0/000\n',
    '0/٠٠٠',
  ])('nothing is at %j', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  it('every resource has one path, and every path that is read is that one', () => {
    const level = fc.nat(63);
    const width = fc.integer({ min: 1, max: 256 });
    const resource = fc.oneof(
      fc.tuple(level, fc.maxSafeNat(), width).map(([l, n, w]) => tile(l, n, w)),
      fc.tuple(fc.maxSafeNat(), width).map(([n, w]) => entries(n, w)),
    );
    fc.assert(
      fc.property(resource, (one) => {
        expect(parseTilePath(formatTilePath(one))).toEqual(one);
      }),
    );
    const path = fc.stringMatching(/^(entries|\d{1,2})\/(x\d{3}\/){0,2}\d{3}(\.p\/\d{1,3})?$/);
    fc.assert(
      fc.property(path, (one) => {
        const found = parseTilePath(one);
        expect(found === undefined || formatTilePath(found) === one).toBe(true);
      }),
    );
  });
});
