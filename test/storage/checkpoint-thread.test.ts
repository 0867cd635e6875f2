import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WalCheckpointer } from '../../storage/engines/sqlite/wal-checkpointer/thread.ts';
import { openWriting, prepareDatabase } from '../../storage/engines/sqlite/file/connection.ts';
import { databaseFile } from '../../storage/engines/sqlite/file/files.ts';
import { makePrivateFolder } from '../../storage/folders.ts';

function parentFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'stele-checkpoint-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return parent;
}

it('a checkpoint thread that ends with an error is told of, and replaced until one works', async () => {
  const folder = join(parentFolder(), 'data');
  const reasons: string[] = [];
  await using cleanup = new AsyncDisposableStack();
  cleanup.use(new WalCheckpointer(folder, { lost: (reason) => void reasons.push(reason), wait: 20 }));
  await vi.waitFor(() => expect(reasons.length).toBeGreaterThan(1), 30_000);
  expect(reasons[0]).toMatch(/directory does not exist/);

  makePrivateFolder(folder);
  const db = openWriting(folder);
  onTestFinished(() => void db.close());
  prepareDatabase(db);
  db.exec('CREATE TABLE filling (bytes BLOB)');
  db.prepare('INSERT INTO filling VALUES (zeroblob(?))').run(8 * 2 ** 20);
  await vi.waitFor(() => expect(statSync(databaseFile(folder)).size).toBeGreaterThan(8 * 2 ** 20), 30_000);
});

it('a checkpoint thread that has ended can be closed', async () => {
  const folder = join(parentFolder(), 'data');
  const reasons: string[] = [];
  const thread = new WalCheckpointer(folder, { lost: (reason) => void reasons.push(reason) });
  await vi.waitFor(() => expect(reasons).toHaveLength(1), 30_000);
  await thread[Symbol.asyncDispose]();
  expect(existsSync(folder)).toBe(false);
});
