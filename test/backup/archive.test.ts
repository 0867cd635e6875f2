import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../storage/record-files/manifest.ts';
import { foldersIn, type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { entryAt, get, headOf, inconsistentWith, treeSizeOf } from '../crash/client.ts';
import { runAlone, submit, succeeded } from '../scripts/operator.ts';
import { mounter, smallDisk } from '../support/small-disk.ts';
import { reached, startLoad } from './load.ts';

let log: LogFolder;
let archive: string;
beforeEach(() => {
  log = temporaryFolder();
  archive = join(log.parent, 'archive');
});
afterEach(() => log[Symbol.dispose]());

/** Entries that the archive names. */
function sizeOf(folder: string): number {
  return readManifest(folder)?.shards[0]?.copied.head?.size ?? 0;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

interface Readiness {
  readonly ready: boolean;
  readonly checks: { readonly archive: string };
}

const readiness = (base: string): Promise<Readiness> => get(base, '/readyz');

async function restored(folder = archive): Promise<LogFolder> {
  const into = foldersIn(join(log.parent, 'restored'));
  await succeeded(runAlone('restore', '--from', folder, '--into', into.data));
  return { ...into, parent: log.parent };
}

describe('--archive: a copy that follows the running log', () => {
  it('has every entry that was acknowledged before its last pass, when the machine is lost', async () => {
    await using server = await startServer(log, { flags: ['--archive', archive] });
    const load = startLoad(server.base, 'load');
    await reached(load, 150);
    const [kept, head] = [[...load.acknowledged], await headOf(server.base)];
    const size = await treeSizeOf(server.base);
    await until(() => sizeOf(archive) >= size);
    await server.kill();
    await load.stop();
    rmSync(log.data, { recursive: true });
    rmSync(log.heads, { recursive: true });
    await succeeded(runAlone('backup', '--into', archive, '--verify'));
    await using reader = await startServer(await restored(), { flags: ['--read-only'] });
    for (const { receipt } of kept) {
      const { checkpoint: _, ...entry } = await entryAt(reader.base, receipt.logIndex);
      expect(receipt).toMatchObject(entry);
    }
    expect(await inconsistentWith(reader.base, [head])).toStrictEqual([]);
  });

  it('goes on where it was after a kill -9, and after a clean stop has everything', async () => {
    const flags = ['--archive', archive];
    for (let round = 0; round < 3; round += 1) {
      await using server = await startServer(log, { flags });
      await submit(server.base, `round ${round}`, 20);
      await server.kill();
    }
    await using server = await startServer(log, { flags });
    await submit(server.base, 'last', 20);
    const size = await treeSizeOf(server.base);
    await server.stop();
    expect(sizeOf(archive)).toBe(size);
    const verified = await succeeded(runAlone('backup', '--into', archive, '--verify'));
    expect(verified).toContain(`${size} entries under`);
  });
});

describe('--archive: a disk of the archive that fails', () => {
  it('stops nothing, is said once and at /readyz, and is gone on with once it can be written', async () => {
    writeFileSync(archive, 'in the way');
    await using server = await startServer(log, { flags: ['--archive', archive] });
    await until(async () => (await readiness(server.base)).checks.archive !== 'ok');
    await submit(server.base, 'meanwhile', 20);
    const { ready, checks } = await readiness(server.base);
    expect([ready, checks.archive]).toEqual([true, expect.stringContaining(`${archive} is a file`)]);
    const said = (): number => server.lines().filter((line) => line.includes('is not written:')).length;
    rmSync(archive);
    const size = await treeSizeOf(server.base);
    await until(async () => (await readiness(server.base)).checks.archive === 'ok');
    expect(said()).toBe(1);
    expect(sizeOf(archive)).toBe(size);
    expect(server.lines().join('\n')).toContain(`is written again: it has ${size} entries`);
    expect(readdirSync(archive)).toContain('manifest.json');
  });

  it('keeps no log from stopping when it gives no answer', async () => {
    mkdirSync(archive);
    execFileSync('mkfifo', [join(archive, 'manifest.json')]); // to read it waits for a writer, for ever
    await using server = await startServer(log, { flags: ['--archive', archive] });
    await submit(server.base, 'meanwhile', 5);
    await until(async () => (await readiness(server.base)).checks.archive.includes('has been behind for'));
    const { signal } = await server.stop();
    expect(signal).toBe('SIGKILL');
    const said = server.lines().join('\n');
    expect(said).toContain(`the archive in ${archive} lacks what came last: its disk has given no answer for 10 s`);
    expect(said).toContain('stopped at size 6: every entry that was acknowledged is on disk');
  });

  it.runIf(mounter)('holds no entry up while it is full, and loses none of those once there is room', async () => {
    using disk = smallDisk(2 ** 20);
    const into = join(disk.parent, 'archive');
    const filling = join(disk.parent, 'filling');
    mkdirSync(into);
    await using server = await startServer(log, { flags: ['--archive', into] });
    await submit(server.base, 'first', 10);
    await until(() => sizeOf(into) >= 11);
    fill(filling);
    await submit(server.base, 'meanwhile', 60);
    await until(async () => (await readiness(server.base)).checks.archive.includes('the disk is full'));
    expect((await readiness(server.base)).ready).toBe(true);
    rmSync(filling);
    await until(() => sizeOf(into) >= 71);
    await server.stop();
    await succeeded(runAlone('backup', '--into', into, '--verify'));
    const folder = await restored(into);
    await using reader = await startServer(folder, { flags: ['--read-only'] });
    expect(await treeSizeOf(reader.base)).toBe(71);
  });
});

/** Writes to a file until its volume is full. */
function fill(file: string): void {
  for (let bytes = 2 ** 18; bytes > 0; bytes = Math.floor(bytes / 2))
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // less of it may have room
    }
}
