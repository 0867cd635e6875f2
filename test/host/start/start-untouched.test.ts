import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeKey } from '../../../host/keys/keys.ts';
import { openTestLog } from '../../support/log.ts';
import { treeOfFiles } from '../../support/tree-of-files.ts';

const FOLDERS = new URL('../../vectors/data-folders/', import.meta.url).pathname;
const formats = readdirSync(FOLDERS).filter((name) => name.startsWith('format-'));
const MOVES = ['--volume', 'moves'];

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'stele-untouched-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const inside = (...names: readonly string[]): string => join(parent, ...names);

/** The start is refused, and everything is as it was, to the byte and the time. @returns what was said */
async function refusal(flags: readonly string[], folder = inside('data')): Promise<string> {
  const before = treeOfFiles(parent);
  const said = await openTestLog(flags, folder).then(async (log) => {
    await log.close();
    throw new Error(`the start was not refused: ${flags.join(' ')}`);
  }, String);
  expect(treeOfFiles(parent)).toEqual(before);
  return said;
}

describe.each(formats)('a folder of %s is left as it was by a start that is refused', (format) => {
  beforeEach(() => cpSync(join(FOLDERS, format), parent, { recursive: true }));
  const lines = (count: number): void => {
    const file = inside('data-heads', 'heads.txt');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text.split('\n').slice(0, count).join('\n')}\n`);
  };

  it('because it is a copy', async () => {
    expect(await refusal([])).toContain('is not where this log was written');
  });
  it.each([
    ['rekor', 'rekor-v1.pem'],
    ['c2sp', 'tile.pem'],
  ] as const)('because its %s key is another', async (role, name) => {
    writeFileSync(inside('data', 'keys', name), makeKey(role).pem);
    expect(await refusal(MOVES)).toMatch(
      new RegExp(
        `the ${role} key is not the one this log has signed with .* as ${inside('data', 'keys', name)}, or name`,
      ),
    );
  });
  it('because it has another name', async () => {
    expect(await refusal([...MOVES, '--origin', 'other.test'])).toContain('the log is rekor.test for ever');
  });
  it('because its heads folder is that of another log', async () => {
    await (await openTestLog([], inside('other'))).close();
    expect(await refusal([...MOVES, '--heads', inside('other-heads')])).toContain('the head journal is that of log');
  });
  it('because its heads folder is missing, or is behind it', async () => {
    lines(10);
    expect(await refusal(MOVES)).toContain('the head journal ends at');
    rmSync(inside('data-heads'), { recursive: true });
    expect(await refusal(MOVES)).toContain('the head journal is missing');
  });
  it('because it is behind its heads folder, or has lost what one of them signed', async () => {
    const db = new Database(inside('data', 'stele.db'));
    db.exec('DELETE FROM head WHERE size = (SELECT max(size) FROM head)');
    db.close();
    expect(await refusal(MOVES)).toContain('it was restored from an old copy');
  });
  it('because an entry is missing', async () => {
    const db = new Database(inside('data', 'stele.db'));
    const [table, place] = format === 'format-1' ? ['entry', 'idx'] : ['batch', 'first'];
    db.pragma('foreign_keys = OFF');
    db.exec(`DELETE FROM ${table} WHERE ${place} = (SELECT max(${place}) FROM ${table})`);
    db.close();
    expect(await refusal(MOVES)).toMatch(/entry 3\d\d of 311 is missing: restore a whole copy/);
  });
  it('because a tile is another', async () => {
    const db = new Database(inside('data', 'stele.db'));
    db.exec('UPDATE tile SET nodes = zeroblob(length(nodes))');
    db.close();
    expect(await refusal(MOVES)).toMatch(/tile 0\/0 is damaged|does not have the root that was signed/);
  });
});

describe('a copy that was made while the log ran is left as it was by a start that is refused', () => {
  it('with the journal beside its lock that earlier versions had, and the WAL', async () => {
    const log = await openTestLog([], inside('data'));
    cpSync(inside('data'), inside('copy'), { recursive: true, preserveTimestamps: true });
    cpSync(inside('data-heads'), inside('copy-heads'), { recursive: true, preserveTimestamps: true });
    await log.close();
    for (const folder of ['copy', 'copy-heads']) leaveLockJournal(inside(folder));
    const there = readdirSync(inside('copy'));
    expect(there).toEqual(expect.arrayContaining(['lock.db-journal', 'stele.db-shm', 'stele.db-wal']));
    expect(await refusal([], inside('copy'))).toContain('is not where this log was written');
    const wrong = ['--volume', 'moves', '--origin', 'other.test'];
    expect(await refusal(wrong, inside('copy'))).toContain('the log is rekor.test for ever');
    await (await openTestLog(['--volume', 'moves'], inside('copy'))).close();
  });
  it('and there is none beside the lock of this version', async () => {
    const log = await openTestLog([], inside('data'));
    const found = ['data', 'data-heads'].map((name) => existsSync(inside(name, 'lock.db-journal')));
    await log.close();
    expect(found).toEqual([false, false]);
  });
});

/** Leaves beside the lock in a folder what a process of an earlier version has there while it runs. */
function leaveLockJournal(folder: string): void {
  const elsewhere = inside('elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  const db = new Database(join(elsewhere, 'lock.db'));
  db.pragma('journal_mode = DELETE');
  db.exec('BEGIN EXCLUSIVE');
  cpSync(join(elsewhere, 'lock.db-journal'), join(folder, 'lock.db-journal'));
  db.close();
}
