import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fingerprintIn,
  highWord,
  indexAt,
  lowerBound,
  lowWord,
  MOST_ENTRIES,
  RecordList,
  type Records,
  sortRecords,
} from '../../../storage/search-index/records.ts';
import { addTo, emptyFilter, mayHave } from '../../../storage/search-index/filter.ts';
import { MemTable } from '../../../storage/search-index/mem-table.ts';

const fingerprint = fc.integer({ min: 0, max: 2 ** 30 - 1 });
const index = fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: MOST_ENTRIES - 1 }));
const pair = fc.tuple(fingerprint, index);

function recordsOf(pairs: readonly (readonly [number, number])[]): Records {
  const list = new RecordList();
  for (const [print, at] of pairs) list.add(print, at);
  return list.take();
}

const pairsOf = (records: Records): readonly (readonly [number, number])[] =>
  Array.from({ length: records.length / 2 }, (_, i) => [fingerprintIn(records[2 * i + 1] ?? 0), indexAt(records, i)]);

const byBoth = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0] || a[1] - b[1];

describe('records of the index', () => {
  it('hold a fingerprint and an index, also beyond 2^32', () => {
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        expect(pairsOf(recordsOf(pairs))).toEqual(pairs);
      }),
    );
  });
  it('are sorted by fingerprint, and by index within it', () => {
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const records = recordsOf(pairs);
        sortRecords(records);
        expect(pairsOf(records)).toEqual(pairs.toSorted(byBoth));
      }),
    );
  });
  it('are found where a search through all of them finds them', () => {
    fc.assert(
      fc.property(fc.array(pair), pair, (pairs, sought) => {
        const sorted = pairs.toSorted(byBoth);
        const place = sorted.findIndex((one) => byBoth(one, sought) >= 0);
        const found = lowerBound(recordsOf(sorted), highWord(...sought), lowWord(sought[1]));
        expect(found).toBe(place < 0 ? sorted.length : place);
      }),
    );
  });
});

describe('Filter', () => {
  it('has whatever was added, and little else', () => {
    const filter = emptyFilter(20_000);
    const prints = Array.from({ length: 20_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 2);
    for (const print of prints) addTo(filter, print);
    expect(prints.every((print) => mayHave(filter, print))).toBe(true);
    const others = Array.from({ length: 20_000 }, (_, i) => Math.imul(i + 20_000, 0x9e3779b1) >>> 2);
    const mistaken = others.filter((print) => mayHave(filter, print)).length;
    expect(mistaken).toBeLessThan(0.01 * others.length);
    expect(mistaken).toBeGreaterThan(0);
  });
  it('of nothing has nothing', () => {
    expect(mayHave(emptyFilter(0), 1)).toBe(false);
  });
});

describe('MemTable', () => {
  it('finds what a search through all records finds, and forgets what it is told to', () => {
    const few = fc.tuple(fc.nat(5), fc.nat(40));
    fc.assert(
      fc.property(fc.array(few), fc.nat(40), fc.nat(40), (unsorted, from, below) => {
        const pairs = unsorted.toSorted((a, b) => a[1] - b[1]);
        const table = new MemTable();
        table.add(recordsOf(pairs));
        const all = (print: number, least: number) =>
          pairs.filter(([one, at]) => one === print && at >= least).map(([, at]) => at);
        for (let print = 0; print < 6; print += 1) expect(table.find(print, from)).toEqual(all(print, from));
        table.dropBelow(below);
        for (let print = 0; print < 6; print += 1) {
          expect(table.find(print, from)).toEqual(all(print, Math.max(from, below)));
        }
        expect(table.size).toBe(pairs.filter(([, at]) => at >= below).length);
      }),
    );
  });
});
