import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { mounter } from '../support/small-disk.ts';
import { ask, created, submissionOf, submit, treeSizeOf } from './client.ts';

const FOLDER = new URL('../vectors/data-folders/format-7/', import.meta.url).pathname;
const FLAGS = ['--volume', 'moves'];
const PAGE_BYTES = 4096;
/** The first is in the bundle whose page is taken, the second in no bundle. */
const [BUNDLED_ENTRY, NEWEST_ENTRY] = ['/api/v1/log/entries?logIndex=3', '/api/v1/log/entries?logIndex=310'];
const goesOn = { timeout: 20_000, interval: 100 };

/** A log of 311 entries, nothing of which is in a write-ahead log. */
async function startedLog(): Promise<ServerProcess & { readonly folder: LogFolder }> {
  const folder = temporaryFolder();
  cpSync(FOLDER, folder.parent, { recursive: true });
  await (await startServer(folder, { flags: FLAGS })).stop(); // in the newest format, and with a bundle
  return Object.assign(await startServer(folder, { flags: FLAGS }), { folder });
}

/** Overwrites the first page of a table with zeros; undone by what is returned. */
function zeroPage({ data }: LogFolder, table: string): () => void {
  const file = join(data, 'stele.db');
  const db = new Database(file, { readonly: true });
  const page = db.prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table);
  db.close();
  const at = PAGE_BYTES * (Number(page) - 1);
  const handle = openSync(file, 'r+');
  const before = Buffer.alloc(PAGE_BYTES);
  readSync(handle, before, 0, PAGE_BYTES, at);
  writeSync(handle, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, at);
  return () => {
    writeSync(handle, before, 0, PAGE_BYTES, at);
    closeSync(handle);
  };
}

const statusOf = async (base: string, path: string): Promise<number | undefined> => (await ask(base, path))?.status;

describe('a page of the database that cannot be read', () => {
  it('ends the reads that need it with 500, is logged and counted, and delays nothing else', async () => {
    await using server = await startedLog();
    using _ = server.folder;
    const { base } = server;
    const restore = zeroPage(server.folder, 'bundle_piece');
    expect(await statusOf(base, BUNDLED_ENTRY)).toBe(500);
    expect(await statusOf(base, NEWEST_ENTRY)).toBe(200);
    created(await submit(base, submissionOf('beside', 0)));
    const ready = await ask(base, '/readyz');
    expect([ready?.status, JSON.parse(ready?.text ?? '')]).toEqual([200, expect.objectContaining({ damagedReads: 1 })]);
    expect(server.lines().join('\n')).toContain('a request failed, because stored data is damaged');
    restore();
    expect(await statusOf(base, BUNDLED_ENTRY)).toBe(200);
  });

  it('that each commit needs ends no process: entries are answered 503 and the reason, until it can be read', async () => {
    await using server = await startedLog();
    using _ = server.folder;
    const { base } = server;
    const restore = zeroPage(server.folder, 'frozen');
    const refused = await submit(base, submissionOf('refused', 0));
    expect([refused?.status, refused?.text]).toEqual([503, expect.stringContaining('stored data cannot be read')]);
    expect(await statusOf(base, BUNDLED_ENTRY)).toBe(200);
    expect(await treeSizeOf(base)).toBe(311);
    const ready = await ask(base, '/readyz');
    expect([ready?.status, JSON.parse(ready?.text ?? '')]).toEqual([
      503,
      expect.objectContaining({
        checks: expect.objectContaining({ entries: 'stored data cannot be read' }) as object,
        damagedReads: 1,
      }),
    ]);
    expect(server.lines().join('\n')).toContain('no entry is taken: stele.db is damaged');
    restore();
    await expect.poll(async () => (await submit(base, submissionOf('refused', 0)))?.status, goesOn).toBe(201);
    expect(await treeSizeOf(base)).toBe(312);
    expect(server.lines().join('\n')).toContain('entries are taken again');
    expect(await statusOf(base, '/readyz')).toBe(200);
  });

  it.runIf(mounter)('because the disk reports a failure (EIO) is as one that is damaged', async () => {
    await using server = await startedLog();
    using _ = server.folder;
    const { base, pid } = server;
    const failing = ['-e', 'inject=pread64:error=EIO', '-P', join(server.folder.data, 'stele.db')];
    const [program, ...rest] = ['strace', '-f', '-p', String(pid), '-e', 'trace=pread64', ...failing];
    const tracer = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(tracer.stderr, 'data'); // it is attached
    expect(await statusOf(base, BUNDLED_ENTRY)).toBe(500);
    tracer.kill('SIGINT');
    await once(tracer, 'exit');
    expect(await statusOf(base, BUNDLED_ENTRY)).toBe(200);
    await expect.poll(async () => (await submit(base, submissionOf('after', 0)))?.status, goesOn).toBe(201);
    expect(await statusOf(base, '/readyz')).toBe(200);
  });
});
