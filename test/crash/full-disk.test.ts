import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { traced } from './trace.ts';
import { describe, expect, it } from 'vitest';
import { type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { IndependentLog } from '../support/independent-log.ts';
import { mounter, type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { expectKept, sendUntilRefused } from './filling.ts';
import { ask, type Receipt, created, headOf } from './client.ts';
import { submissionOf, submit, treeSizeOf } from './client.ts';

const OLD_FOLDER = new URL('../vectors/data-folders/format-5/', import.meta.url).pathname;
const DISK_BYTES = 1_500_000;

async function readiness(base: string): Promise<string> {
  const answer = await ask(base, '/readyz');
  return `${answer?.status} ${answer?.text.trim()}`;
}

const goesOn = { timeout: 20_000, interval: 200 };

describe.runIf(mounter)('a disk that is full', () => {
  it.each([
    ['by the log alone, down to the limit', [], 0],
    ['by the log alone, down to nothing', ['--min-free', '0'], 0],
    ['by another program, to the last byte', [], 1],
  ] as const)('refuses entries, answers reads, and takes entries again: %s', async (_how, flags, byOther) => {
    using disk: SmallDisk = smallDisk(DISK_BYTES);
    const receipts: Receipt[] = [];
    {
      await using server = await startServer(disk, { flags });
      if (byOther) {
        receipts.push(created(await submit(server.base, submissionOf('before', 0))));
        disk.fill(0);
      } else disk.fill(300_000);
      const before = await sendUntilRefused(server.base, 'until full');
      receipts.push(...before.receipts);
      expect(before.refusal).toBe('503 {"code":503,"message":"the disk is full"}\n');
      expect(await readiness(server.base)).toMatch(/^503 .*"entries":"the disk is full"/);
      await expectKept(server.base, receipts);
      const size = await treeSizeOf(server.base);
      expect((await submit(server.base, submissionOf('while full', 1)))?.status).toBe(503);
      expect(await treeSizeOf(server.base)).toBe(size);

      disk.release();
      await expect.poll(() => readiness(server.base), goesOn).toMatch(/^200 /);
      receipts.push(created(await submit(server.base, submissionOf('while full', 1))));
      expect(await treeSizeOf(server.base)).toBe(size + 1);
      const said = server.lines().join('\n');
      expect(said).toContain('no entry is taken: the disk is full');
      expect(said).toContain('entries are taken again');
      expect((await server.stop()).code).toBe(0);
    }
    await using next = await startServer(disk, { flags });
    await expectKept(next.base, receipts);
  });

  it('is told by a log that nobody sends entries to, once it is asked whether it is ready', async () => {
    using disk: SmallDisk = smallDisk(DISK_BYTES);
    await using server = await startServer(disk, { flags: ['--ready-within', '0ms'] });
    disk.fill(0);
    expect(await readiness(server.base)).toMatch(/^503 .*"write":"the disk is full","entries":"the disk is full"/);
    await expect.poll(() => server.lines().join('\n')).toContain('no entry is taken: the disk is full');
    disk.release();
    await expect.poll(() => readiness(server.base), goesOn).toMatch(/^200 /);
    await expectKept(server.base, [created(await submit(server.base, submissionOf('at last', 0)))]);
  });

  it('leaves an older folder as it is, and brings it to this format once there is room', async () => {
    using disk: SmallDisk = smallDisk(16_000_000);
    cpSync(OLD_FOLDER, disk.parent, { recursive: true });
    disk.fill(40_000);
    const flags = ['--volume', 'moves'];
    const before = readFileSync(join(disk.data, 'stele.db'));
    using output = temporaryFolder();
    const { code, said } = await runServer({ ...output, data: disk.data, heads: disk.heads }, { flags });
    expect([code, said]).toEqual([1, expect.stringContaining('is full. Free some space on it: nothing is damaged')]);
    expect(readFileSync(join(disk.data, 'stele.db')).equals(before)).toBe(true);
    disk.release();
    await using server = await startServer(disk, { flags });
    expect(await treeSizeOf(server.base)).toBe(311);
  });

  it.each(['stopped', 'killed'])('is no reason to end at the next start: %s', async (how) => {
    using disk: SmallDisk = smallDisk(DISK_BYTES);
    const receipts: Receipt[] = [];
    {
      await using server = await startServer(disk);
      disk.fill(300_000);
      receipts.push(...(await sendUntilRefused(server.base, 'until full')).receipts);
      await (how === 'killed' ? server.kill() : server.stop());
    }
    for (let start = 0; start < 2; start += 1) {
      await using server = await startServer(disk);
      const more = await sendUntilRefused(server.base, `again ${start}`);
      receipts.push(...more.receipts);
      expect(more.refusal).toContain('the disk is full');
      await expectKept(server.base, receipts);
      expect((await server.kill()).signal).toBe('SIGKILL');
    }
    disk.release();
    await using last = await startServer(disk);
    receipts.push(created(await submit(last.base, submissionOf('at last', 0))));
    await expectKept(last.base, receipts);
    expect(lastJournalled(disk)).toBe(await treeSizeOf(last.base));
  });
});

describe.runIf(mounter)('a disk of the head journal that is full', () => {
  /** Room for the lines of some entries, and of no more: the log looks for room at the limit, and there is none below. */
  const flags = ['--min-free', '0'];

  it('holds heads back, keeps the entries, and goes on by itself', async () => {
    using folder = temporaryFolder();
    using disk = smallDisk(100_000);
    const receipts: Receipt[] = [];
    const held = submissionOf('held back', 0);
    await using server = await startServer({ ...folder, heads: disk.heads }, { flags });
    receipts.push(created(await submit(server.base, submissionOf('before', 0))));
    disk.fill(0);
    const before = await sendUntilRefused(server.base, 'until full');
    receipts.push(...before.receipts);
    expect(before.refusal).toContain(
      'the entry is kept, and cannot be shown while the disk of the head journal is full',
    );
    expect(await readiness(server.base)).toMatch(/^503 .*"entries":"the disk of the head journal is full"/);
    const head = await headOf(server.base);
    expect((await submit(server.base, held))?.text).toContain('the disk of the head journal is full');
    expect(await headOf(server.base)).toBe(head);
    expect(lastJournalled(disk)).toBe(await treeSizeOf(server.base));
    await expectKept(server.base, receipts);

    disk.release();
    await expect.poll(() => readiness(server.base), goesOn).toMatch(/^200 /);
    expect(await treeSizeOf(server.base)).toBeGreaterThan(receipts.length);
    receipts.push(created(await submit(server.base, held)));
    await expectKept(server.base, receipts);
    expect(lastJournalled(disk)).toBe(await treeSizeOf(server.base));
    expect((await server.stop()).code).toBe(0);
  });

  it.each(['stopped', 'killed'])('shows what it held back after the next start: %s', async (how) => {
    using folder = temporaryFolder();
    using disk = smallDisk(100_000);
    const receipts: Receipt[] = [];
    const paths = { ...folder, heads: disk.heads };
    {
      await using server = await startServer(paths, { flags });
      receipts.push(created(await submit(server.base, submissionOf('before', 0))));
      disk.fill(0);
      receipts.push(...(await sendUntilRefused(server.base, 'until full')).receipts);
      await (how === 'killed' ? server.kill() : server.stop());
    }
    const journalled = lastJournalled(disk);
    const { code, said } = await runServer(paths, { flags });
    expect([code, said]).toEqual([1, expect.stringContaining(`the volume of ${disk.heads}/heads.txt is full`)]);
    expect(lastJournalled(disk)).toBe(journalled);

    disk.release();
    await using next = await startServer(paths, { flags });
    expect(await treeSizeOf(next.base)).toBeGreaterThan(journalled);
    await expectKept(next.base, receipts);
    const again = submissionOf('until full 0', 0);
    expect([201, 409]).toContain((await submit(next.base, again))?.status);
  });
});

describe.runIf(mounter)('a disk of the journal of the witness that is full', () => {
  it('keeps cosignatures back, repeated or new, until they are in the journal', async () => {
    using folder = temporaryFolder();
    using disk = smallDisk(100_000);
    const other = new IndependentLog('other.test');
    const logs = join(folder.parent, 'logs.txt');
    writeFileSync(logs, `log ${other.vkey}\nquorum none\n`);
    const flags = ['--witness-for', logs, '--min-free', '0'];
    await using server = await startServer({ ...folder, heads: disk.heads }, { flags });
    const add = async (old: number, size: number): Promise<string> => {
      const answer = await fetch(`${server.base}/add-checkpoint`, {
        method: 'POST',
        body: other.request({ old, size }),
      });
      return `${answer.status} ${await answer.text()}`;
    };
    disk.fill(0);
    let size = 1;
    for (; (await add(size - 1, size)).startsWith('200'); size += 1) expect(size).toBeLessThan(150);
    for (let turn = 0; turn < 2; turn += 1) expect(await add(size - 1, size)).toMatch(/^503 .*the disk is full/);
    expect(await add(size, size)).toMatch(/^503 /);
    expect(await add(size - 1, size + 1)).toMatch(/^503 /);
    expect(readFileSync(join(disk.heads, 'witnessed.txt'), 'utf8')).not.toContain(`\n${size} `);

    disk.release();
    expect(await add(size, size)).toMatch(/^200 /);
    expect(readFileSync(join(disk.heads, 'witnessed.txt'), 'utf8')).toContain(`\n${size} `);
    expect(await add(size, size + 1)).toMatch(/^200 /);
    expect((await server.stop()).code).toBe(0);
  });
});

describe('a disk on which a commit finds no room although there seemed to be some', () => {
  it.each(['ENOSPC', 'EDQUOT'])('refuses entries, which are not kept, and answers reads: %s', async (error) => {
    using folder = temporaryFolder();
    const receipts: Receipt[] = [];
    {
      const inject = `error=${error}:when=90+`;
      const path = ['stele.db-wal', 'room-probe'].map((name) => join(folder.data, name));
      const wrapper = traced(folder, { calls: ['pwrite64'], inject, path });
      await using server = await startServer(folder, { wrapper });
      const before = await sendUntilRefused(server.base, 'until full');
      receipts.push(...before.receipts);
      expect(receipts.length).toBeGreaterThan(0);
      expect(before.refusal).toBe('503 {"code":503,"message":"the disk is full"}\n');
      const size = await treeSizeOf(server.base);
      for (let turn = 0; turn < 3; turn += 1)
        expect((await submit(server.base, submissionOf('while full', 1)))?.status).toBe(503);
      expect(await treeSizeOf(server.base)).toBe(size);
      expect(await readiness(server.base)).toMatch(/^503 /);
      await expectKept(server.base, receipts);
      await server.kill();
    }
    await using next = await startServer(folder);
    await expectKept(next.base, receipts);
    expect((await submit(next.base, submissionOf('while full', 1)))?.status).toBe(201);
  });
});

function lastJournalled({ heads }: LogFolder): number {
  const lines = readFileSync(join(heads, 'heads.txt'), 'utf8').trimEnd().split('\n');
  return Number(lines.at(-1)?.split(' ')[0]);
}
