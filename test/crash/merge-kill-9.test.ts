import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { equalBytes } from '../../base/bytes.ts';
import { logIndex } from '../../merkle/types.ts';
import type { LogStore } from '../../storage/contract.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { hashKeyOf, indexesOf, variedEntryAt } from '../storage/conformance/commits.ts';

/*
 * Merges of the index and moves into bundles are cut by kill -9, again and again. What was committed stays, and every search
 * stays complete.
 */

const GROWER = fileURLToPath(new URL('./grower.ts', import.meta.url));
const ROUNDS = 20;
const RUN_RECORDS = 60;

/** The state of the folder after a kill. */
interface Cut {
  /** The size that was told last. */
  readonly told: number;
  /** The size that the database has. */
  readonly kept: number;
  /** Runs of the index that were half written, or half deleted. */
  readonly halves: number;
  /** Entries from here on were in no run of the index. */
  readonly indexed: number;
  /** Entries from here on were in no bundle. */
  readonly bundled: number;
}

const cuts: Cut[] = [];
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stele-merges-'));
  for (let round = 0; round < ROUNDS; round += 1) {
    const told = await growUntilKilled(15 + ((round * 31) % 40), (round * 7) % 23);
    cuts.push({ told, ...left() });
  }
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param commits - that are waited for; @param patience - milliseconds after the last of them */
async function growUntilKilled(commits: number, patience: number): Promise<number> {
  const child = spawn(process.execPath, [GROWER, folder, String(RUN_RECORDS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let [told, seen] = [0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    [told, seen] = [Number(line), seen + 1];
    if (seen !== commits) continue;
    await sleep(patience);
    child.kill('SIGKILL');
  }
  expect((await ended)[1]).toBe('SIGKILL');
  return told;
}

function left(): Omit<Cut, 'told'> {
  const db = new Database(join(folder, 'stele.db'), { readonly: true });
  const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  const found = {
    kept: count('SELECT max(size) FROM head'),
    halves: count('SELECT count(*) FROM run_doomed'),
    indexed: count('SELECT coalesce(max(last), 0) FROM run'),
    bundled: 32 * (1 + count('SELECT coalesce(max(place), -1) FROM bundle_piece')),
  };
  db.close();
  return found;
}

async function expectWhole(store: LogStore, size: number): Promise<void> {
  const lost: number[] = [];
  for (let index = 0; index < size; index += 1) {
    const { body, leafHash } = variedEntryAt(index);
    const entry = await store.entry(logIndex(index));
    const hits = await indexesOf(store, [hashKeyOf(index)], 0, 9);
    const places = [await store.locate(leafHash), await store.findDuplicate(leafHash), ...hits];
    if (!entry || !equalBytes(entry.body, body) || places.length !== 3 || places.some((place) => place !== index))
      lost.push(index);
  }
  expect(lost).toEqual([]);
  const thirds = Array.from({ length: Math.ceil(size / 3) }, (_, i) => 3 * i);
  expect(await indexesOf(store, ['every third'], 0, size)).toEqual(thirds);
}

describe(`${ROUNDS} kills amid merges and moves into bundles`, () => {
  it('take no commit back, and cut some of what follows short', () => {
    expect(cuts.filter(({ halves }) => halves > 0).length).toBeGreaterThan(1);
    expect(cuts.filter(({ told, kept }) => kept < told)).toEqual([]);
    expect(cuts.some(({ told, bundled }) => told - bundled > 256)).toBe(true);
    expect(cuts.at(-1)?.bundled).toBeGreaterThan(256);
  });

  it('leave every entry, and every search complete, before what was cut is done and after', async () => {
    await using store = await openSqliteStore(folder, { owner: 'a test', runRecords: RUN_RECORDS });
    const size = cuts.at(-1)?.kept ?? 0;
    expect((await store.head())?.size).toBe(size);
    await expectWhole(store, size);
    for (let i = 0; i < 3; i += 1) await store.compact();
    await expectWhole(store, size);
    const { indexed, ...rest } = left();
    expect(size - indexed).toBeLessThan(RUN_RECORDS); // too few for a run of their own
    expect(rest).toEqual({ kept: size, halves: 0, bundled: indexed - (indexed % 256) }); // what is in no run stays where it is
  }, 240_000);
});
