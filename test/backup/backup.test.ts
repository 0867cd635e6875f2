import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyBackup } from '../../cli/operate/backup/verify.ts';
import { engineOf } from '../../storage/engines/index.ts';
import { RecordFolder } from '../../storage/record-files/writer.ts';
import { foldersIn, type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { treeSizeOf } from '../crash/client.ts';
import { type Answers, answersOf, differences } from './answers.ts';
import { reached, startLoad } from './load.ts';
import { run, runAlone, submit, succeeded } from '../scripts/operator.ts';

const READ_ONLY = { flags: ['--read-only'] };

let log: LogFolder;
let into: string;
let before: Answers;
let digests: readonly string[];
let size: number;
/** Report of the last backup. */
let taken: string;

/** A log under load is backed up twice, and once more when it is at rest; then it is killed. */
beforeAll(async () => {
  log = temporaryFolder();
  into = join(log.parent, 'backup');
  await using server = await startServer(log);
  const load = startLoad(server.base, 'load');
  for (const entries of [60, 200]) {
    await reached(load, entries);
    await succeeded(run('backup', log, '--into', into));
  }
  await reached(load, 300);
  await load.stop();
  digests = load.acknowledged.map(({ submission }) => submission.digest);
  size = await treeSizeOf(server.base);
  taken = await succeeded(run('backup', log, '--into', into, '--with-keys'));
  before = await answersOf(server.base, size, digests);
  await server.kill();
});
afterAll(() => log[Symbol.dispose]());

const restored = (name: string): LogFolder => foldersIn(join(log.parent, name));

async function restore(name: string, from = into): Promise<LogFolder> {
  const folder = restored(name);
  await succeeded(runAlone('restore', '--from', from, '--into', folder.data));
  return folder;
}

describe('npm run backup, and npm run restore', () => {
  it('gives a log that answers everything as the original did, under the same heads', async () => {
    const folder = await restore('whole');
    await using server = await startServer({ ...folder, parent: log.parent }, READ_ONLY);
    expect(differences(before, await answersOf(server.base, size, digests))).toStrictEqual([]);
    expect(readFileSync(join(folder.data, 'birth.json'))).toStrictEqual(readFileSync(join(log.data, 'birth.json')));
    for (const name of ['rekor-v1', 'tile'].map((key) => join('keys', `${key}.pem`))) {
      expect(readFileSync(join(folder.data, name))).toStrictEqual(readFileSync(join(log.data, name)));
      expect(statSync(join(folder.data, name)).mode % 0o1000).toBe(0o600);
    }
  });

  it('adds nothing to a backup that has everything, and verifies it without the log', async () => {
    expect(taken).toMatch(new RegExp(String.raw`localhost: ${size} entries, \d+ of them new\n2 keys`));
    const again = await run('backup', log, '--into', into);
    expect(again.out).toBe(`localhost: ${size} entries as before\n`);
    const verified = await runAlone('backup', '--into', into, '--verify');
    expect([verified.err, verified.code]).toEqual(['', 0]);
    expect(verified.out).toContain(`${into} is whole: 1 shard, 2 keys`);
  });
});

/** Files of the backup but for its lock, in which nothing is kept. */
const files = (): readonly string[] =>
  readdirSync(into, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !file.name.startsWith('lock'))
    .map(({ parentPath, name }) => join(parentPath, name));

/** Flips a bit while `work` runs. */
async function withFlippedBit<T>(file: string, at: number, work: () => T): Promise<Awaited<T>> {
  const bytes = readFileSync(file);
  const flipped = Uint8Array.from(bytes);
  flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
  writeFileSync(file, flipped);
  try {
    return await work();
  } finally {
    writeFileSync(file, bytes);
  }
}

const ROUNDS = 50;

describe('npm run backup -- --verify: damage', () => {
  it('names the file for a bit flipped anywhere in a backup', async () => {
    expect(files()).toHaveLength(4);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const file of files()) {
        const at = Math.floor((round / ROUNDS) * statSync(file).size);
        await withFlippedBit(file, at, () => expect(() => verifyBackup(into), `${file} ${at}`).toThrow(file));
      }
    expect(() => verifyBackup(into)).not.toThrow();
  });

  it('ends with 1, and a restore of it gives a folder that no server starts', async () => {
    const [file = ''] = files().filter((one) => one.endsWith('.records'));
    const folder = restored('damaged');
    await withFlippedBit(file, Math.floor(statSync(file).size / 2), async () => {
      const verified = await runAlone('backup', '--into', into, '--verify');
      expect([verified.code, verified.err]).toEqual([1, expect.stringContaining(`the backup is damaged: ${file}`)]);
      const refused = await runAlone('restore', '--from', into, '--into', folder.data);
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`the backup is damaged: ${file}`)]);
    });
    for (const options of [{}, READ_ONLY]) {
      const { code, said } = await runServer({ ...folder, parent: log.parent }, options);
      expect([code, said]).toEqual([1, expect.stringContaining(`into ${folder.data} was cut short`)]);
    }
  });
});

describe('npm run backup: refusals', () => {
  it('keeps the folder of another log, of anything else, and of a process that writes to it', async () => {
    using other = temporaryFolder();
    await using server = await startServer(other);
    await submit(server.base, 'other', 3);
    const refused = await run('backup', other, '--into', into);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('give each log a folder of its own')]);
    const foreign = await run('backup', other, '--into', log.data);
    expect([foreign.code, foreign.err]).toEqual([1, expect.stringContaining('and no backup: name an empty folder')]);
    const held = new RecordFolder(into, { owner: 'a test', engine: engineOf(log.data) });
    const busy = await run('backup', log, '--into', into);
    held[Symbol.dispose]();
    expect([busy.code, busy.err]).toEqual([1, expect.stringContaining('is in use by another process (a test)')]);
    expect(await runAlone('backup', '--into', into, '--verify')).toMatchObject({ code: 0 });
  });

  it('does not verify what was begun for a folder that holds no log', async () => {
    using nothing = temporaryFolder();
    const empty = join(nothing.parent, 'backup');
    const refused = await run('backup', nothing, '--into', empty);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('holds no log')]);
    const verified = await runAlone('backup', '--into', empty, '--verify');
    expect([verified.code, verified.err]).toEqual([1, expect.stringContaining(`${empty} holds no log`)]);
  });

  it('refuses a log that is behind its backup', async () => {
    const older = await restore('older');
    await using server = await startServer(log);
    await submit(server.base, 'newer', 3);
    await server.stop();
    expect(await run('backup', log, '--into', into)).toMatchObject({ code: 0 });
    const refused = await run('backup', older, '--into', into);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`has ${size} entries, and its copy ${size + 3}: .* restored from an older copy`),
      ),
    ]);
  });
});
