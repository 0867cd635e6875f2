import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldersIn, type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { headOf, inconsistentWith, treeSizeOf } from '../crash/client.ts';
import { run, runAlone, submit, succeeded } from '../scripts/operator.ts';

let log: LogFolder;
/** A folder that was restored from a backup of `log` with keys. */
let copy: LogFolder;
/** Checkpoint of the log when it was backed up. */
let backedUp: string;

beforeEach(async () => {
  log = temporaryFolder();
  copy = foldersIn(join(log.parent, 'restored'));
  await grow(5);
  await succeeded(run('backup', log, '--into', join(log.parent, 'backup'), '--with-keys'));
  await succeeded(runAlone('restore', '--from', join(log.parent, 'backup'), '--into', copy.data));
});
afterEach(() => log[Symbol.dispose]());

let entries = 0;

/** Adds entries to the original. */
async function grow(count: number): Promise<void> {
  await using server = await startServer(log);
  await submit(server.base, `entry ${(entries += 1)}`, count);
  backedUp = await headOf(server.base);
  await server.stop();
}

/** The restored folder with the head journal of the original, as it is now. */
function besideJournal(): LogFolder {
  cpSync(log.heads, copy.heads, { recursive: true });
  return { ...copy, parent: log.parent };
}

const alone = (): LogFolder => ({ ...copy, parent: log.parent });
const mark = (): string => join(copy.data, 'restored.json');

describe('a folder that was restored from a backup', () => {
  it('signs with the journal and the keys of the original, and is then as any other', async () => {
    await using server = await startServer(besideJournal());
    expect(await treeSizeOf(server.base)).toBe(6);
    await submit(server.base, 'after the restore', 3);
    expect(await inconsistentWith(server.base, [backedUp])).toStrictEqual([]);
    await server.stop();
    expect([existsSync(mark()), existsSync(join(copy.data, 'place.json'))]).toEqual([false, true]);
    expect(await run('audit', copy)).toMatchObject({ code: 0 });
    const original = await runServer({ ...log, heads: copy.heads });
    expect([original.code, original.said]).toEqual([1, expect.stringContaining('the log has 6 entries')]);
  });

  it('is refused beside a journal that names heads which it lacks', async () => {
    await grow(2);
    const { code, said } = await runServer(besideJournal());
    expect([code, said]).toEqual([1, expect.stringContaining('the log has 6 entries, and has signed a head of 8')]);
    const accepted = await run('recover', copy, '--accept-size', '6');
    expect([accepted.code, accepted.err]).toEqual([1, expect.stringContaining('would contradict heads')]);
    expect(existsSync(mark())).toBe(true);
  });

  it('is refused without a journal, and --accept-size is not enough', async () => {
    const { code, said } = await runServer(alone());
    expect([code, said]).toEqual([1, expect.stringContaining('the head journal is missing')]);
    const look = await run('recover', copy);
    expect([look.code, look.out]).toEqual([1, expect.stringContaining('with: --newest-head FILE')]);
    const accepted = await run('recover', copy, '--accept-size', '6');
    expect([accepted.code, accepted.err]).toEqual([1, expect.stringContaining('restored from a backup')]);
  });

  it('signs without a journal once the newest head that is known is one of its own', async () => {
    const file = join(log.parent, 'checkpoint.txt');
    writeFileSync(file, backedUp);
    const found = await run('recover', copy, '--newest-head', file);
    expect([found.err, found.code]).toEqual(['', 0]);
    expect(found.out).toContain('the log has the head of 6 entries');
    await using server = await startServer(alone());
    await submit(server.base, 'after the restore', 3);
    expect(await inconsistentWith(server.base, [backedUp])).toStrictEqual([]);
  });

  it('does not sign where a client has a newer head, or a checkpoint that the log did not sign', async () => {
    const file = join(log.parent, 'checkpoint.txt');
    await grow(2);
    writeFileSync(file, backedUp);
    const behind = await run('recover', copy, '--newest-head', file);
    expect([behind.code, behind.err]).toEqual([1, expect.stringContaining('has signed a head of 8')]);
    writeFileSync(file, backedUp.replace('\n8\n', '\n6\n'));
    const forged = await run('recover', copy, '--newest-head', file);
    expect([forged.code, forged.err]).toEqual([1, expect.stringContaining('bears no signature of the log')]);
    expect((await runServer(alone())).code).toBe(1);
  });

  it('is read at once, without keys and without a journal', async () => {
    rmSync(join(copy.data, 'keys'), { recursive: true });
    await using server = await startServer(alone(), { flags: ['--read-only'] });
    expect(await headOf(server.base)).toBe(backedUp);
    expect(readFileSync(mark(), 'utf8')).toContain('"isComplete":true');
  });
});
