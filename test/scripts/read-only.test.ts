import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runServer, temporaryFolder } from '../../testkit/server-process.ts';
import { copiesOfLog, type LogCopies, readOnlyVolume } from '../support/log-copies.ts';
import { mounter, smallDisk } from '../support/small-disk.ts';
import { run, submit } from './operator.ts';

const ENTRIES = 300; // a full bundle and a partial one
const DISK_BYTES = 2 ** 25;

let copies: LogCopies;
beforeAll(async () => void (copies = await copiesOfLog((base) => submit(base, 'entry', ENTRIES))));
afterAll(() => copies[Symbol.dispose]());

const SIDES = ['stele.db-wal', 'stele.db-shm'];

describe.runIf(mounter)('a read-only mount', () => {
  it.each([
    ['of a log that was stopped', () => copies.stopped, []],
    ['of a log that was stopped, as a copy of stele.db alone', () => copies.stopped, SIDES],
    ['of a log that runs', () => copies.snapshot, []],
  ] as const)('can be audited, exported and listed: %s', async (_what, of, without) => {
    using disk = readOnlyVolume(of(), without);
    using target = temporaryFolder();
    const names = readdirSync(disk.data);
    const audit = await run('audit', disk);
    expect([audit.err, audit.code]).toEqual(['', 0]);
    expect(audit.out).toContain(`all good: ${ENTRIES} entries`);
    const list = await run('shard', disk, 'list');
    expect([list.err, list.code]).toEqual(['', 0]);
    expect(list.out).toContain(`${ENTRIES} entries from 0 on, active`);
    const into = join(target.parent, 'export');
    const exported = await run('export', disk, '--into', into);
    expect([exported.err, exported.code]).toEqual(['', 0]);
    expect(exported.out).toContain(`${ENTRIES} entries`);
    expect(readFileSync(join(into, 'checkpoint'), 'utf8')).toContain(`\n${ENTRIES}\n`);
    expect(readdirSync(disk.data)).toStrictEqual(names);
  });

  it.each([
    ['of a log that was stopped', () => copies.stopped],
    ['of a log that runs', () => copies.snapshot],
  ] as const)('is looked at by recover, and refused by a start that names what can read it: %s', async (_what, of) => {
    using disk = readOnlyVolume(of());
    using elsewhere = temporaryFolder();
    const look = await run('recover', disk, '--volume', 'moves');
    expect([look.err, look.code]).toEqual(['', 0]);
    expect(look.out).toContain(`${ENTRIES} entries, all there, under the root that was signed`);
    expect(look.out).toContain('nothing to do: the log starts as it is');
    const act = await run('recover', disk, '--accept-size', String(ENTRIES));
    expect([act.code, act.err]).toEqual([1, expect.stringMatching(/^stele: cannot recover: .*EROFS/)]);
    for (const flags of [[], ['--volume', 'moves']]) {
      const { code, said } = await runServer({ ...disk, parent: elsewhere.parent }, { flags });
      expect(said).toContain(`this process may not write in ${disk.data} (EROFS), and a server does`);
      expect(said).toContain(`npm run -s stele -- serve --read-only --data ${disk.data} --heads ${disk.heads}`);
      expect(code).toBe(1);
    }
  });

  it('says what to do where entries are in a write-ahead log that cannot be read there', async () => {
    using disk = readOnlyVolume(copies.snapshot, ['stele.db-shm']);
    for (const command of ['audit', 'shard'] as const) {
      const { code, err } = await run(command, disk);
      expect(code).toBe(1);
      expect(err).toContain(`${join(disk.data, 'stele.db-wal')} holds entries that are not in stele.db yet`);
      expect(err).toContain(`cp -a ${disk.data} COPY, then the same command with --data COPY`);
    }
  });

  it('of a damaged file is refused as any other', async () => {
    using disk = smallDisk(DISK_BYTES);
    mkdirSync(disk.data);
    cpSync(join(copies.stopped.heads, 'heads.txt'), join(disk.data, 'stele.db'));
    disk.protect();
    const { code, err } = await run('audit', disk);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`${join(disk.data, 'stele.db')} is damaged: it is no database`),
    ]);
  });
});
