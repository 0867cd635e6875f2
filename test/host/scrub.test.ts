import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickSum } from '../../storage/engines/sqlite/rows/checksum.ts';
import { rowSum, selectFrom, type Value } from '../../storage/engines/sqlite/rows/state-row.ts';
import { type LogFolder, startServer } from '../../testkit/server-process.ts';
import { run, succeeded } from '../scripts/operator.ts';
import { flipBit } from '../support/damage-file.ts';
import { loggedForScrub, SCRUBBED_ENTRIES, type ScrubbedLog, scrubPass, until } from './scrub-pass.ts';

let log: ScrubbedLog;
beforeAll(async () => void (log = await loggedForScrub()));
afterAll(() => log[Symbol.dispose]());
const copied = (): LogFolder => log.copied();

/** Gives a head another signature, and the checksum of what it is then. */
function changeHead(folder: LogFolder): void {
  flipBit(folder.data, 'head', 'signature');
  const db = new Database(join(folder.data, 'stele.db'));
  const { checksum: _, ...columns } = db.prepare<[], Record<string, Value>>(selectFrom('head')).get() ?? {};
  const sum = rowSum('head', Object.values(columns));
  db.prepare('UPDATE head SET checksum = ? WHERE size = ?').run(sum, columns['size']);
  db.close();
}

/** Gives tile 0/1 what tile 0/0 has, with its checksum. */
function changeTile({ data }: LogFolder): void {
  const db = new Database(join(data, 'stele.db'));
  const nodes = db.prepare<[], Buffer>('SELECT nodes FROM tile WHERE place = 0').pluck().get() ?? Buffer.alloc(0);
  db.prepare('UPDATE tile SET nodes = ? WHERE place = 1').run(nodes);
  db.prepare('UPDATE tile_sum SET checksum = ? WHERE place = 1').run(quickSum(1, nodes));
  db.close();
}

describe('the scrub', () => {
  it('reads a sound log to its end and finds nothing', async () => {
    using folder = copied();
    expect(await scrubPass(folder)).toStrictEqual({ said: [], mended: [], warned: [], entries: SCRUBBED_ENTRIES });
  });

  it.each([
    ['a piece of a bundle', 'bundle_piece', 'gzip', 'bundle 0 is damaged'],
    ['what is kept beside a bundle', 'bundle_group', 'packed', 'what is kept of the entries from 0 on is damaged'],
    ['the row of a commit', 'batch', 'packed', 'the row of a commit is damaged'],
    ['a tile', 'tile', 'nodes', 'tile 0/0 is damaged'],
    ['the root of a head', 'head', 'root', 'of the table head is damaged'],
    ['a signature of a head', 'head', 'signature', 'of the table head is damaged'],
    ['the other signature of a head', 'head', 'tile_signature', 'of the table head is damaged'],
  ])('finds and names %s in which one bit has changed', async (_what, table, column, says) => {
    using folder = copied();
    flipBit(folder.data, table, column);
    const { said, entries } = await scrubPass(folder);
    expect(said.join('\n')).toContain(`localhost: `);
    expect(said.join('\n')).toContain(says);
    expect(entries).toBe(SCRUBBED_ENTRIES);
  });

  it.each([
    ['a part of a run', 'run_part', 'records'],
    ['the fence of a run', 'run', 'fence'],
    ['the filter of a run', 'run_filter', 'bits'],
  ])('finds and names %s of the search index in which one bit has changed', async (_what, table, column) => {
    using folder = copied();
    await succeeded(run('shard', folder, 'freeze', '--volume', 'moves')); // writes all that is in memory as runs
    expect((await scrubPass(folder)).said).toEqual([]);
    flipBit(folder.data, table, column);
    const { said } = await scrubPass(folder);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/run \d+ of the (search )?index/);
  });

  it.each([
    ['a head that was never signed', changeHead, 'the rekor signature on the head of'],
    ['a tile of another tree', changeTile, 'entry 256 is not the one that was logged: tile 0/1 has another hash'],
  ])('finds %s, whose checksum is right', async (_what, change, says) => {
    using folder = copied();
    change(folder);
    expect((await scrubPass(folder)).said.join('\n')).toContain(says);
  });

  it('goes on behind damage, and names all of it in one pass', async () => {
    using folder = copied();
    for (const [table, column] of [
      ['bundle_piece', 'gzip'],
      ['batch', 'packed'],
      ['head', 'root'],
    ] as const)
      flipBit(folder.data, table, column);
    expect((await scrubPass(folder)).said.length).toBeGreaterThanOrEqual(3);
  });

  it('goes on where it was when it is opened again, and from the beginning where its state was changed', async () => {
    using folder = copied();
    await scrubPass(folder, {}, (scrub) => (scrub.save(), scrub.figures.position === 512));
    const reads = async (): Promise<number> => {
      let first = -1;
      await scrubPass(folder, {}, ({ figures }) => ((first = figures.position), true));
      return first;
    };
    expect(await reads()).toBe(SCRUBBED_ENTRIES);
    const state = join(folder.data, 'scrub.json');
    expect(readFileSync(state, 'utf8')).toContain('"entry":512');
    cpSync(join(folder.data, 'stele.db'), state);
    expect(await reads()).toBe(256);
  });
});

describe('a server that scrubs', () => {
  const flags = ['--genesis', 'off', '--volume', 'moves', '--scrub'];

  it('says what is damaged and where, counts it, and answers all other reads', async () => {
    using folder = copied();
    flipBit(folder.data, 'bundle_piece', 'gzip');
    await using server = await startServer(folder, { flags: [...flags, '1s'] });
    const found = (): readonly string[] => server.lines().filter((line) => line.includes('the scrub found damage in'));
    await until(() => found().length > 0);
    expect(found()[0]).toContain('localhost: entry 0: bundle 0 is damaged');
    const answer = async (index: number): Promise<number> =>
      (await fetch(`${server.base}/api/v1/log/entries?logIndex=${index}`)).status;
    expect([await answer(SCRUBBED_ENTRIES - 1), await answer(300)]).toEqual([200, 200]);
    const ofPiece = await Promise.all(Array.from({ length: 32 }, (_, i) => answer(i)));
    expect(ofPiece).toContain(500);
    const ready = async () =>
      (await (await fetch(`${server.base}/readyz`)).json()) as {
        readonly ready: boolean;
        readonly checks: Readonly<Record<string, string>>;
        readonly damagedReads: number;
      };
    expect((await ready()).damagedReads).toBeGreaterThanOrEqual(2);
    await expect.poll(async () => (await ready()).checks['scrub']).toMatch(/^damage was found in \d places?: /);
    expect((await ready()).ready).toBe(true);
    expect((await server.stop()).code).toBe(0);
  });

  it('goes on after kill -9 where it was, and reaches the end', async () => {
    using folder = copied();
    const state = (): string => {
      try {
        return readFileSync(join(folder.data, 'scrub.json'), 'utf8');
      } catch {
        return '';
      }
    };
    {
      await using server = await startServer(folder, { flags: [...flags, '10s'] });
      await until(() => state().includes('"entry":'));
      await server.kill();
    }
    const before = Number(/"entry":(\d+)/.exec(state())?.[1]);
    expect(before).toBeGreaterThan(0);
    await using server = await startServer(folder, { flags: [...flags, '10s'] });
    await until(() => server.lines().some((line) => line.includes('all are as they were written')));
    expect((await server.stop()).code).toBe(0);
    expect(state()).toContain('"lastPass":');
  });

  it('mends what is damaged from its archive by itself, and says both', async () => {
    using folder = copied();
    const archive = join(folder.parent, 'archive');
    await succeeded(run('backup', folder, '--into', archive));
    flipBit(folder.data, 'bundle_piece', 'gzip');
    await using server = await startServer(folder, { flags: [...flags, '1s', '--archive', archive] });
    const said = (words: string): boolean => server.lines().some((line) => line.includes(words));
    await until(() => said('the scrub has mended damage in localhost: the entries of bundle 0 were written again'));
    await until(() => said('all are as they were written'));
    expect((await fetch(`${server.base}/api/v1/log/entries?logIndex=5`)).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
  });

  it('writes nothing where the log is only read', async () => {
    using folder = copied();
    flipBit(folder.data, 'bundle_piece', 'gzip');
    await using server = await startServer(folder, { flags: ['--read-only', '--volume', 'moves', '--scrub', '1s'] });
    await until(() => server.lines().some((line) => line.includes('bundle 0 is damaged')));
    expect((await server.stop()).code).toBe(0);
    expect(() => readFileSync(join(folder.data, 'scrub.json'))).toThrow('ENOENT');
  });
});
