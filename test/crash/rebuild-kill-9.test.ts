import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../../storage/engines/sqlite/file/schema.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { STATE_TABLES } from '../../storage/engines/sqlite/rows/state-row.ts';
import { commitOf, hashKeyOf, IDENTITY, indexesOf, leafTiles, variedEntryAt } from '../storage/conformance/commits.ts';

/* The index of a folder of format 5 is made anew at the next start. It is cut short by kill -9. */

const REBUILDER = fileURLToPath(new URL('./rebuilder.ts', import.meta.url));
const SIZE = 12_000;
const COMMIT = 500;
/** So small that a start writes a run, and can go on behind it, for some 1,300 entries. */
const RUN_RECORDS = 60;
/** Kills while the tables are brought to the new format, in milliseconds after the start, and kills after a run was written. */
const EARLY_MS = [30, 80, 130, 200];
const LATE_KILLS = 5;

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-rebuild-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a log, and gives it the tables that format 5 had. */
async function makeOld(place: string): Promise<void> {
  {
    await using store = await openSqliteStore(place, { owner: 'a test' });
    await store.create(IDENTITY);
    for (let at = 0; at < SIZE; at += COMMIT) {
      const entries = Array.from({ length: COMMIT }, (_, i) => variedEntryAt(at + i));
      await store.commit(commitOf(at, entries, leafTiles(at, at + COMMIT, variedEntryAt)));
    }
    await store.compact();
  }
  const db = new Database(join(place, 'stele.db'));
  for (const table of ['run_doubted', 'index_secret', 'tile_sum', 'piece_sum']) db.exec(`DROP TABLE ${table}`);
  for (const table of STATE_TABLES) db.exec(`ALTER TABLE ${table} DROP COLUMN checksum`);
  db.pragma('user_version = 5');
  db.exec('VACUUM');
  db.close();
}

/** @returns what it printed last. @param until - resolves when it is to be killed; unless given, it comes to its end */
async function open(until?: (ended: () => boolean) => Promise<unknown>): Promise<string> {
  const child = spawn(process.execPath, [REBUILDER, folder, String(RUN_RECORDS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += String(bytes)));
  await once(child.stdout, 'data');
  if (until !== undefined) {
    await until(() => child.exitCode !== null);
    child.kill('SIGKILL');
  }
  await ended;
  return said.trim().split('\n').at(-1) ?? '';
}

/** How far the folder is: its format, and the entries that are in runs. */
function progress(): readonly [number, number] {
  const db = new Database(join(folder, 'stele.db'));
  try {
    const format = Number(db.pragma('user_version', { simple: true }));
    const indexed = db.prepare<[], number>('SELECT coalesce(max(last), 0) FROM run').pluck();
    return [format, format < 6 ? 0 : (indexed.get() ?? 0)];
  } finally {
    db.close();
  }
}

async function expectAllFound(place: string): Promise<void> {
  await using store = await openSqliteStore(place, { owner: 'a test', runRecords: RUN_RECORDS });
  const lost: number[] = [];
  for (let index = 0; index < SIZE; index += 7) {
    const places = [await store.locate(variedEntryAt(index).leafHash)];
    if (index % 35 === 0) places.push(...(await indexesOf(store, [hashKeyOf(index)], 0, 9)));
    if (places.some((each) => each !== index)) lost.push(index);
  }
  expect(lost).toEqual([]);
  const thirds = Array.from({ length: Math.ceil(SIZE / 3) }, (_, i) => 3 * i);
  expect(await indexesOf(store, ['every third'], 0, SIZE)).toEqual(thirds);
}

describe('the index of an older folder, made anew', () => {
  it(`is whole after ${EARLY_MS.length + LATE_KILLS} starts that were killed, each of which goes on where the last was`, async () => {
    await makeOld(folder);
    const seen = [progress()];
    for (const patience of EARLY_MS) {
      await open(() => sleep(patience));
      seen.push(progress());
    }
    for (let kill = 0; kill < LATE_KILLS; kill += 1) {
      const [, before] = progress();
      await open(async (ended) => {
        while (progress()[1] === before && !ended()) await sleep(1);
        await sleep(kill % 3);
      });
      seen.push(progress());
    }
    const halves = new Set(seen.map(([, indexed]) => indexed).filter((indexed) => indexed > 0 && indexed < SIZE));
    expect(halves.size).toBeGreaterThan(0);
    const order = seen.map(([format, indexed]) => format * 1e6 + indexed);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(await open(undefined)).toBe(String(SIZE));
    expect(progress()[0]).toBe(migrations.length);
    await expectAllFound(folder);
  }, 120_000);
});
