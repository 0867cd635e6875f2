import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SearchIndexReader } from '../../../storage/engines/sqlite/search-index/candidates.ts';
import { SearchIndexWriter } from '../../../storage/engines/sqlite/search-index/search-index-writer.ts';
import { createRunTable } from '../../../storage/engines/sqlite/search-index/run-table.ts';
import { prepareDatabase } from '../../../storage/engines/sqlite/file/connection.ts';
import { RecordList, type Records } from '../../../storage/search-index/records.ts';
import { partsOf, type Run } from '../../../storage/search-index/runs.ts';

/** The index as a list of everything: what the real one is held against. */
class Oracle {
  readonly #all: (readonly [number, number])[] = [];

  add(pairs: readonly (readonly [number, number])[]): void {
    this.#all.push(...pairs);
  }

  of(fingerprint: number, from: number): readonly number[] {
    const found = this.#all.filter(([print, index]) => print === fingerprint && index >= from);
    return found.map(([, index]) => index).sort((a, b) => a - b);
  }
}

const RUN_RECORDS = 700;

/** Writer and reader of one index on one database, as two threads have them; `adopt` when the message arrives. */
class Both {
  readonly #db: Database.Database;
  keeper: SearchIndexWriter;
  candidates: SearchIndexReader;
  #published: readonly Run[] = [];
  #kept: { readonly records: Records; readonly to: number }[] = [];

  constructor() {
    this.#db = new Database(':memory:');
    prepareDatabase(this.#db);
    [this.keeper, this.candidates] = this.#open();
  }

  #open(): [SearchIndexWriter, SearchIndexReader] {
    const table = createRunTable(this.#db);
    const keeper = new SearchIndexWriter(table, (runs) => (this.#published = runs), RUN_RECORDS);
    const candidates = new SearchIndexReader(keeper.runs, table.readPart);
    for (const { records, to } of this.#kept.filter((one) => one.to > keeper.flushedTo)) {
      keeper.add(records, to);
      candidates.add(records, to);
    }
    this.#published = keeper.runs;
    return [keeper, candidates];
  }

  add(pairs: readonly (readonly [number, number])[], to: number): void {
    const list = new RecordList();
    for (const [print, index] of pairs) list.add(print, index);
    const records = list.take();
    this.#kept.push({ records, to });
    this.keeper.add(records, to);
    this.candidates.add(records, to);
  }

  adopt(): void {
    this.candidates.adopt(this.#published);
    this.keeper.adopted();
  }

  /** The process ends, whatever was under way, and another one begins. */
  restart(): void {
    [this.keeper, this.candidates] = this.#open();
  }

  parts(): number {
    return this.#db.prepare<[], number>('SELECT count(*) FROM run_part').pluck().get() ?? 0;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), entries: fc.nat(400), spread: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('work' as const), times: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('adopt' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** Fingerprints from a few to very many, so that some keys have thousands of entries and most have one. */
const printOf = (index: number, spread: number, which: number): number =>
  which === 0 ? index % 3 : Math.imul(index + which, 0x9e3779b1) >>> (2 + 8 * spread);

/** A cursor over all candidates of a fingerprint, by leaps that double, from a few entries to all. */
function expectLeaps(candidates: SearchIndexReader, oracle: Oracle, print: number, seed: number): void {
  const all = oracle.of(print, 0);
  const cursor = candidates.cursor(print, { spent: 0 });
  for (let at = 0, leap = 1 + (seed % 5); at <= (all.at(-1) ?? 0) + 1; at += leap, leap *= 2) {
    const expected = all.find((index) => index >= at);
    expect([at, cursor.seek(at)]).toEqual([at, expected]);
    at = expected ?? at;
  }
}

describe('the index of a log: runs, merges, what is fresh', () => {
  it('has the same candidates as a list of everything, whatever happens in between', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 90 }), fc.nat(), (steps, seed) => {
        const both = new Both();
        const oracle = new Oracle();
        let size = 0;
        for (const one of steps) {
          if (one.do === 'add') {
            const indexes = Array.from({ length: one.entries }, (_, i) => size + i);
            const pairs = indexes.flatMap((index) =>
              [0, 1, 2].map((which) => [printOf(index, one.spread, which), index] as const),
            );
            size += one.entries;
            oracle.add(pairs);
            both.add(pairs, size);
          } else if (one.do === 'work') {
            for (let i = 0; i < one.times; i += 1) both.keeper.work();
          } else if (one.do === 'adopt') both.adopt();
          else both.restart();
          const print = [0, 1, 2, printOf(seed % (size + 1), 0, 1)][seed % 4] ?? 0;
          const from = seed % (size + 2);
          expect(both.candidates.of(print, from).toArray()).toEqual(oracle.of(print, from));
          expectLeaps(both.candidates, oracle, print, seed);
        }
        for (let index = 0; index < size; index += 97) {
          const print = printOf(index, 0, 1);
          expect(both.candidates.of(print, 0).toArray()).toEqual(oracle.of(print, 0));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('merges eight runs into one, and deletes what they were made of once nobody reads it', () => {
    const both = new Both();
    let size = 0;
    const grow = (): void => {
      const pairs = Array.from({ length: RUN_RECORDS }, (_, i) => [printOf(size + i, 0, 1), size + i] as const);
      size += RUN_RECORDS;
      both.add(pairs, size);
    };
    for (let runs = 0; runs < 64; runs += 1) {
      grow();
      while (both.keeper.work());
      both.adopt();
    }
    while (both.keeper.work());
    both.adopt();
    while (both.keeper.work());
    expect(both.keeper.runs.map(({ level, from, to }) => [level, from, to])).toEqual([[2, 0, 64 * RUN_RECORDS]]);
    expect(both.parts()).toBe(both.keeper.runs.map(partsOf)[0]);
    expect(both.candidates.of(printOf(12_345, 0, 1), 0).toArray()).toContain(12_345);
  });

  it('leaps over a key that fills many parts at the price of a few of them', () => {
    const both = new Both();
    const size = 40_000;
    both.add(
      Array.from({ length: size }, (_, index) => [7, index] as const),
      size,
    );
    while (both.keeper.work());
    both.adopt();
    const effort = { spent: 0 };
    for (const at of [1, 20_001, 39_990]) {
      expect(both.candidates.cursor(7, effort).seek(at)).toBe(at);
      expect(effort.spent).toBeLessThan(120); // all 80 parts: 640
      effort.spent = 0;
    }
    const cursor = both.candidates.cursor(7, effort);
    for (let at = 0; at < size; at += 1) cursor.seek(at);
    expect(effort.spent).toBeLessThan(2 * size); // each part is read once
  });

  it('leaves nothing behind of a merge that was cut short', () => {
    const both = new Both();
    for (let size = RUN_RECORDS; size <= 8 * RUN_RECORDS; size += RUN_RECORDS) {
      both.add(
        Array.from({ length: RUN_RECORDS }, (_, i) => [printOf(size + i, 0, 1), size - RUN_RECORDS + i] as const),
        size,
      );
      both.keeper.work();
    }
    both.adopt();
    const before = both.parts();
    expect(both.keeper.work()).toBe(true);
    expect(both.parts()).toBeGreaterThan(before);
    both.restart();
    both.adopt();
    while (both.keeper.work());
    both.adopt();
    while (both.keeper.work());
    expect(both.keeper.runs.map(({ level }) => level)).toEqual([1]);
    expect(both.parts()).toBe(both.keeper.runs.map(partsOf)[0]);
  });
});
