import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowSum, selectFrom, type Value } from '../../storage/engines/sqlite/rows/state-row.ts';
import { foldersIn, type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run, submit } from '../scripts/operator.ts';

const ENTRIES = 300; // a full tile and a partial one

let good: LogFolder;
beforeAll(async () => {
  good = temporaryFolder();
  await using server = await startServer(good, { flags: ['--genesis', 'off'] });
  await submit(server.base, 'entry', ENTRIES);
  await server.stop();
});
afterAll(() => good[Symbol.dispose]());

function copied(): LogFolder {
  const { parent, [Symbol.dispose]: dispose } = temporaryFolder();
  const folder = { ...foldersIn(parent), [Symbol.dispose]: dispose };
  cpSync(good.data, folder.data, { recursive: true });
  cpSync(good.heads, folder.heads, { recursive: true });
  return folder;
}

/** Flips one bit in the middle of a blob. */
function flip({ data }: LogFolder, table: string, column: string): void {
  const db = new Database(join(data, 'stele.db'));
  const { id, bytes } = db
    .prepare(`SELECT rowid AS id, ${column} AS bytes FROM ${table} ORDER BY rowid DESC`)
    .get() as {
    readonly id: number;
    readonly bytes: Buffer;
  };
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  db.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(bytes, id);
  db.close();
}

/** Gives every head the checksum of what it is now. */
function sumAgain({ data }: LogFolder): void {
  const db = new Database(join(data, 'stele.db'));
  for (const row of db.prepare<[], Record<string, Value>>(selectFrom('head')).all()) {
    const { checksum: _, ...columns } = row;
    const sum = rowSum('head', Object.values(columns));
    db.prepare('UPDATE head SET checksum = ? WHERE size = ?').run(sum, columns['size']);
  }
  db.close();
}

describe('stele audit --data', () => {
  it('hashes everything that a sound log has, and says how much that was', async () => {
    const { code, out, err } = await run('audit', good);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`${ENTRIES} leaves of `);
    expect(out).toContain('1 full tiles made again');
    expect(out).toMatch(/all good: 300 entries in /);
  });

  it('can be done while the server runs', async () => {
    using folder = copied();
    await using server = await startServer(folder, { flags: ['--genesis', 'off', '--volume', 'moves'] });
    await submit(server.base, 'meanwhile', 5);
    const { code, out } = await run('audit', folder);
    expect([code, out.includes('all good: 305 entries')]).toEqual([0, true]);
  });

  it.each([
    ['an entry', 'batch', 'packed', 'the row of a commit is damaged'],
    ['a node of the tree', 'tile', 'nodes', 'tile 0/0 is damaged'],
    ['a head', 'head', 'root', 'the row size = 300 of the table head is damaged'],
  ])('names %s that is not as it was written', async (_what, table, column, says) => {
    using folder = copied();
    flip(folder, table, column);
    const { code, err } = await run('audit', folder);
    expect(code).toBe(1);
    expect(err).toMatch(/^stele: damaged: [^\n]*\n$/);
    expect(err).toContain(says);
  });

  it.each([
    ['the root of a head', 'root', 'was signed'],
    ['the rekor signature of a head', 'signature', 'the rekor signature on the head of 300 entries'],
    ['the c2sp signature of a head', 'tile_signature', 'the c2sp signature on the head of 300 entries'],
  ])('names %s that somebody has changed together with its checksum', async (_what, column, says) => {
    using folder = copied();
    flip(folder, 'head', column);
    sumAgain(folder);
    const { code, err } = await run('audit', folder);
    expect(code).toBe(1);
    expect(err).toMatch(/^stele: damaged: [^\n]*\n$/);
    expect(err).toContain(says);
  });

  it('names a journal whose lines are not as they were written', async () => {
    using folder = copied();
    const file = join(folder.heads, 'heads.txt');
    const [owner, record = '', ...rest] = readFileSync(file, 'utf8').split('\n');
    const changed = record.replace(/[0-9]/, (digit) => (digit === '1' ? '2' : '1'));
    writeFileSync(file, [owner, changed, ...rest].join('\n'));
    const { code, err } = await run('audit', folder);
    expect([code, err]).toEqual([1, expect.stringContaining('heads.txt is not as written')]);
  });

  it('names a log that is older than its journal', async () => {
    using folder = copied();
    {
      using newer = copied();
      await using server = await startServer(newer, { flags: ['--genesis', 'off', '--volume', 'moves'] });
      await submit(server.base, 'later', 3);
      await server.stop();
      cpSync(newer.heads, folder.heads, { recursive: true });
    }
    const { code, err } = await run('audit', folder);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('the log has 300 entries, and the head journal has a head of 303: it is an old copy'),
    ]);
  });

  it.each([
    ['is not there', (file: string): void => rmSync(file)],
    ['is in a folder that is not there', (file: string): void => rmSync(dirname(file), { recursive: true })],
  ])('does not pass a log whose journal %s', async (_words, remove) => {
    using folder = copied();
    remove(join(folder.heads, 'heads.txt'));
    const { code, out, err } = await run('audit', folder);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `stele: localhost has no head journal in ${folder.heads}: give the folder that holds its heads.txt with --heads, or put the journal back\n`,
    );
  });

  it.each([
    ['before its first head', 1, /ends at no head, and the log has heads up to 300/],
    ['behind its first head', 2, /ends at \d+, and the log has heads up to 300/],
  ])('does not pass a log whose journal was cut %s', async (_words, lines, ends) => {
    using folder = copied();
    const file = join(folder.heads, 'heads.txt');
    const all = readFileSync(file, 'utf8').split('\n');
    expect(all.length).toBeGreaterThan(lines + 4);
    writeFileSync(file, all.slice(0, lines).join('\n').concat('\n'));
    const { code, err } = await run('audit', folder);
    expect([code, err]).toEqual([1, expect.stringMatching(ends)]);
  });

  it('does not pass a log beside the journal of another', async () => {
    using folder = copied();
    using other = temporaryFolder();
    await using server = await startServer(other, { flags: ['--genesis', 'off'] });
    const { code, err } = await run('audit', { ...folder, heads: other.heads });
    expect([code, err]).toEqual([1, expect.stringMatching(/is that of log \d+, and this is log \d+: give the folder/)]);
    await server.stop();
  });

  it('says that there is no log where it looks', async () => {
    using nowhere = temporaryFolder();
    const { code, err } = await run('audit', nowhere);
    expect([code, err]).toEqual([2, `stele: --data ${nowhere.data}: there is no such folder\n`]);
  });

  it('says what is wrong with its command line', async () => {
    const { code, err } = await run('audit', good, '--threads', '0');
    expect([code, err]).toEqual([2, expect.stringContaining('--threads is a number from 1 to 999')]);
  });
});
