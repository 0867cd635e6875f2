import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../base/bytes.ts';
import { loadTileCache } from '../../log/load-tile-cache.ts';
import { search, type SearchGround } from '../../log/search.ts';
import type { SearchPage, SearchQuestion } from '../../log/types.ts';
import { treeSize } from '../../merkle/types.ts';
import { admitted, openLogFixture, type LogFixture } from './log-fixture.ts';

const SIZE = 900;

/** Each entry has a key for each of these that divides its number. */
const DIVISORS = [1, 2, 3, 5, 7, 450];
const keysOf = (index: number): string[] => DIVISORS.filter((d) => index % d === 0).map((d) => `Divisor:${d}`);
const ALL = Array.from({ length: SIZE }, (_, i) => i);

function expected({ groups, operator }: SearchQuestion): readonly number[] {
  const holds = (index: number, key: string): boolean => {
    return keysOf(index).some((own) => own.toLowerCase() === key.toLowerCase());
  };
  const answers = (index: number, group: readonly string[]): boolean => group.some((key) => holds(index, key));
  if (groups.length === 0) return [];
  return ALL.filter((index) => {
    const answered = groups.filter((group) => answers(index, group)).length;
    return operator === 'and' ? answered === groups.length : answered > 0;
  });
}

describe('find: every question, page by page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stele-find-'));
  let fixture: LogFixture;
  beforeAll(async () => {
    fixture = await openLogFixture(folder);
    await Promise.all(ALL.map((index) => fixture.log.add(admitted(`entry ${index}`, keysOf(index)))));
  });
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** All pages of `limit` hits. */
  async function pages(question: SearchQuestion, limit: number): Promise<readonly SearchPage[]> {
    const read: SearchPage[] = [];
    for (let after: number | undefined; ;) {
      const page = await fixture.log.find(question, after, limit);
      read.push(page);
      if (page.next === undefined) return read;
      after = page.next;
    }
  }
  const indexesOf = (page: SearchPage): readonly number[] => page.hits.map(({ virtualIndex }) => virtualIndex);
  const question = (operator: 'and' | 'or', ...groups: readonly (readonly string[])[]): SearchQuestion => {
    return { groups, operator };
  };

  it('or: any group, in log order, each entry once', async () => {
    const page = await fixture.log.find(question('or', ['divisor:450'], ['divisor:7', 'divisor:5']), undefined, 6);
    expect(indexesOf(page)).toEqual([0, 5, 7, 10, 14, 15]);
    expect([page.next, page.completeTo]).toEqual([15, SIZE]);
  });
  it('and: every group, by any key of it', async () => {
    const page = await fixture.log.find(question('and', ['divisor:2'], ['divisor:5', 'divisor:7']), undefined, 6);
    expect(indexesOf(page)).toEqual([0, 10, 14, 20, 28, 30]);
  });
  it('a page that ends with the last hit says so', async () => {
    const last = await fixture.log.find(question('or', ['divisor:450']), undefined, 2);
    expect([indexesOf(last), last.next]).toEqual([[0, 450], undefined]);
    const first = await fixture.log.find(question('or', ['divisor:450']), undefined, 1);
    expect([indexesOf(first), first.next]).toEqual([[0], 0]);
  });
  it('a group without keys answers nothing', async () => {
    expect(indexesOf(await fixture.log.find(question('and', ['divisor:1'], []), undefined, 9))).toEqual([]);
    expect(indexesOf(await fixture.log.find(question('or', []), undefined, 9))).toEqual([]);
    expect(indexesOf(await fixture.log.find(question('and'), undefined, 9))).toEqual([]);
  });
  it('each hit names the leaf that stands there', async () => {
    for (const { virtualIndex, leafHash } of (await fixture.log.find(question('or', ['divisor:7']), 700, 5)).hits) {
      expect(toHex(leafHash)).toBe(toHex(admitted(`entry ${virtualIndex}`).leafHash));
    }
  });
  it('behind the end there is nothing more', async () => {
    const page = await fixture.log.find(question('or', ['divisor:1']), SIZE - 1, 5);
    expect([page.hits, page.next, page.completeTo]).toEqual([[], undefined, SIZE]);
  });

  it('all pages together are what the keys themselves say', async () => {
    const key = fc.constantFrom(...DIVISORS.map((d) => `divisor:${d}`), 'DIVISOR:3', 'divisor:11');
    const groups = fc.array(fc.array(key, { maxLength: 3 }), { maxLength: 3 });
    const asked = fc.tuple(groups, fc.constantFrom('and', 'or'), fc.integer({ min: 25, max: 1000 }));
    await fc.assert(
      fc.asyncProperty(asked, async ([some, operator, limit]) => {
        const read = await pages(question(operator, ...some), limit);
        expect(read.flatMap(indexesOf)).toEqual(expected(question(operator, ...some)));
        expect(read.slice(0, -1).every(({ hits }) => hits.length === limit)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('find: what costs much and gives little', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stele-find-'));
  const MANY_ENTRIES = 4000;
  const apart: SearchQuestion = { groups: [['even'], ['odd']], operator: 'and' };
  const pieces: number[] = [];
  let fixture: LogFixture;
  let ground: SearchGround;
  beforeAll(async () => {
    fixture = await openLogFixture(folder, {
      store: (real) => ({
        ...real,
        search: (groups, limits) => {
          pieces.push(limits.from);
          return real.search(groups, limits);
        },
      }),
    });
    const keys = (index: number): string[] => [index % 2 === 0 ? 'even' : 'odd', ...(index === 3500 ? ['odd'] : [])];
    await Promise.all(
      Array.from({ length: MANY_ENTRIES }, (_, index) => fixture.log.add(admitted(`entry ${index}`, keys(index)))),
    );
    ground = {
      store: fixture.store,
      tileCache: await loadTileCache(fixture.store, treeSize(MANY_ENTRIES), fixture.log.head()),
      shard: fixture.log.shard,
      size: treeSize(MANY_ENTRIES),
    };
  });
  beforeEach(() => void (pieces.length = 0));
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('keys that alternate are looked through in short pieces, and the one entry that has both is found', async () => {
    const page = await fixture.log.find(apart, undefined, 9);
    expect(page.hits.map(({ virtualIndex }) => virtualIndex)).toEqual([3500]);
    expect(page.next).toBeUndefined();
    expect(pieces.length).toBeGreaterThan(3);
  });

  it('a page ends once its effort is spent, with what it has, and says where to go on', async () => {
    const found: number[] = [];
    let pages = 0;
    for (let after: number | undefined; ; pages += 1) {
      const page = await search(ground, { question: apart, after, limit: 9, gone: undefined }, 1000);
      found.push(...page.hits.map(({ virtualIndex }) => virtualIndex));
      if (page.next === undefined) break;
      expect(page.next).toBeGreaterThan(after ?? -1);
      after = page.next;
    }
    expect(found).toEqual([3500]);
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThan(20);
  });

  it('a search ends in the turn in which nobody waits for it any more', async () => {
    const asking = new AbortController();
    const found = fixture.log.find(apart, undefined, 9, asking.signal);
    asking.abort(new Error('gone'));
    await expect(found).rejects.toThrow('gone');
    const before = pieces.length;
    await new Promise((resume) => setTimeout(resume, 20));
    expect([before, pieces.length]).toEqual([1, 1]);
  });

  it('of many searches one goes on in each turn of the event loop', async () => {
    let turns = 0;
    const counting = setInterval(() => undefined, 1000);
    const count = (): void => {
      turns += 1;
      again = setImmediate(count);
    };
    let again = setImmediate(count);
    await Promise.all(Array.from({ length: 5 }, () => fixture.log.find(apart, undefined, 9)));
    clearImmediate(again);
    clearInterval(counting);
    expect(turns).toBeGreaterThanOrEqual(pieces.length - 6); // the first pieces of all go ahead at once
  });
});

describe('find: only entries under the published head', () => {
  it('leaves out entries that are committed and not published', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stele-find-'));
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => void (release = resolve));
    const fixture = await openLogFixture(folder, {
      journal: (real) => ({
        ...real,
        append: async (head) => {
          if (head.size > 2) await held;
          await real.append(head);
        },
      }),
    });
    await Promise.all([0, 1].map((i) => fixture.log.add(admitted(`entry ${i}`, ['key']))));
    const late = fixture.log.add(admitted('late', ['key']));
    while ((await fixture.store.head())?.size !== 3) await new Promise((resume) => setImmediate(resume));

    const ask = async () => {
      const page = await fixture.log.find({ groups: [['key'], ['KEY']], operator: 'and' }, undefined, 9);
      return [page.hits.map(({ virtualIndex }) => virtualIndex), page.completeTo];
    };
    expect(await ask()).toEqual([[0, 1], 2]);
    expect(await fixture.log.byIndex(2)).toBeUndefined();
    expect(await fixture.log.byLeaf(admitted('late').leafHash)).toBeUndefined();
    release();
    expect((await late).entry.index).toBe(2);
    expect(await ask()).toEqual([[0, 1, 2], 3]);
    await fixture[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
});
