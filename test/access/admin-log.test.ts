import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAdminLog } from '../../cli/operate/admin-log/verify.ts';
import { adminLogFile, readAdminLog, recordAct } from '../../host/admin-log/admin-log.ts';
import { AdminLogBroken } from '../../host/admin-log/lines.ts';
import { tokenFile } from '../../host/access/token-file.ts';
import { openTestLog, type TestLog } from '../support/log.ts';
import { jsonOf, stele } from '../support/stele.ts';
import { openPrivateLog, type PrivateLog } from './private-log.ts';

const ACCESS = 'anonymous: [audit]\ntokens: true\n';

let open: PrivateLog;
let data: string;
beforeEach(async () => {
  open = await openPrivateLog(ACCESS);
  data = open.log.folder;
});
afterEach(() => open[Symbol.asyncDispose]());

const token = (...words: readonly string[]) => stele(['token', ...words, '--data', data]);
const file = (): string => adminLogFile(data);
const lines = (): readonly string[] => readFileSync(file(), 'utf8').split('\n').slice(0, -1);
const verify = () => stele(['admin-log', 'verify', '--data', data, '--output', 'json']);

interface Line {
  readonly seq: number;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

async function listed(): Promise<readonly Line[]> {
  const ran = await stele(['admin-log', 'list', '--data', data, '--output', 'json']);
  expect([ran.code, ran.err]).toEqual([0, ran.err]);
  return jsonOf(ran)['lines'] as readonly Line[];
}

/** Waits until the head of all lines is in the log. */
async function entered(): Promise<void> {
  for (let asked = 0; asked < 200; asked += 1) {
    if ((await verifyAdminLog(data, `${data}-heads`)).pending === 0) return;
    await sleep(100);
  }
  throw new Error('the head of the admin log did not come into the log');
}

/** Whether the admin log is as it was written. */
async function isSound(): Promise<boolean> {
  try {
    return (await verifyAdminLog(data, `${data}-heads`)).missing.length === 0;
  } catch (error) {
    if (error instanceof AdminLogBroken) return false;
    throw error;
  }
}

describe('the admin log', () => {
  it('has a line for each token that is made, rotated and revoked, and none of a secret', async () => {
    const made = await token('new', '--name', 'ci', '--rights', 'submit,admin', '--expires', '1d');
    const rotated = await token('rotate', '--name', 'ci');
    await token('revoke', '--name', 'ci');
    expect((await token('revoke', '--name', 'ci')).code).toBe(5);
    expect((await token('new', '--name', 'x', '--rights', 'all')).code).toBe(2);
    const found = await listed();
    expect(found.map(({ seq, action }) => [seq, action])).toEqual([
      [1, 'access-file'],
      [2, 'token-new'],
      [3, 'token-rotate'],
      [4, 'token-revoke'],
    ]);
    expect(found[1]?.details).toMatchObject({ name: 'ci', rights: ['submit', 'admin'] });
    for (const { out } of [made, rotated]) expect(readFileSync(file(), 'utf8')).not.toContain(out.trim());
  });

  it('has a line for each access file that comes into force, before it does', async () => {
    writeFileSync(open.file, 'anonymous: [audit, search]\n');
    await open.log.reloadAccess();
    writeFileSync(open.file, 'anonymous: [nothing]\n');
    await expect(open.log.reloadAccess()).rejects.toThrow(/has to be one of/);
    const found = await listed();
    expect(found.map(({ action }) => action)).toEqual(['access-file', 'access-file']);
    expect(found[0]?.details).not.toEqual(found[1]?.details);
  });

  it('keeps what it should be written about from being done while it cannot be written', async () => {
    const before = readFileSync(file(), 'utf8');
    writeFileSync(file(), before.replace('"seq":1', '"seq":2'));
    const made = await token('new', '--name', 'ci', '--rights', 'submit');
    expect([made.code, made.err]).toEqual([expect.any(Number), expect.stringContaining('admin log')]);
    expect(made.code).not.toBe(0);
    expect(existsSync(tokenFile(data))).toBe(false);
    writeFileSync(open.file, 'anonymous: [audit, read]\n');
    await expect(open.log.reloadAccess()).rejects.toThrow(/line 1 of the admin log/);
    expect((await open.asking.get('/api/v1/log/entries?logIndex=0')).status).toBe(401);
  });

  it('has a line for each backup, export, recovery, and shard that is frozen or begun', async () => {
    await using closed = await folderOf();
    const { folder } = closed.log;
    const { size } = closed.log.shards;
    await closed.close();
    const run = async (...words: readonly string[]) => {
      const ran = await stele([...words, '--data', folder, '--heads', `${folder}-heads`]);
      expect([words, ran.code, ran.err]).toEqual([words, 0, ran.err]);
    };
    const into = (name: string): string => join(folder, '..', name);
    await run('backup', '--into', into('backup'));
    await run('export', '--into', into('export'));
    rmSync(`${folder}-heads`, { recursive: true });
    await run('recover', '--accept-size', String(size));
    await run('shard', 'freeze');
    await run('shard', 'next', 'next.test');
    const acts = readAdminLog(folder).lines.map(({ action, details }) => [action, details]);
    expect(acts).toEqual([
      ['access-file', expect.anything()],
      ['backup', { into: into('backup'), withKeys: false }],
      ['export', { into: into('export') }],
      ['recover', { wish: ['acceptSize'], size }],
      ['shard-freeze', { origin: 'rekor.test' }],
      ['shard-next', { origin: 'next.test' }],
    ]);
  });

  it('fails an act whose line the disk takes only a part of', async () => {
    const act = (pad: number) => ({ action: 'export', details: { into: 'x'.repeat(pad) } });
    await recordAct(data, act(1000 - (statSync(file()).size % 1024)));
    const before = lines().length;
    const limit = Math.ceil(statSync(file()).size / 1024); // kibibytes
    const program = `
      import { recordAct } from ${JSON.stringify(import.meta.resolve('../../host/admin-log/admin-log.ts'))};
      await recordAct(${JSON.stringify(data)}, ${JSON.stringify(act(3000))});`;
    const node = [process.execPath, '--input-type=module-typescript', '-e', program];
    const ran = spawnSync('bash', ['-c', `ulimit -f ${limit}; exec "$@"`, 'bash', ...node], { encoding: 'utf8' });
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('EFBIG')]);
    expect(lines().length).toBe(before);
    expect(jsonOf(await verify())['isCut']).toBe(true);
    await recordAct(data, act(1));
    expect(jsonOf(await verify())).toMatchObject({ lines: before + 1, isCut: false });
  });

  it('is written by many at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(names.map((name) => token('new', '--name', name, '--rights', 'read')));
    expect(lines().length).toBe(7);
    expect((await verify()).code).toBe(0);
  });

  it('goes on behind a line that was cut short', async () => {
    appendFileSync(file(), '{"action":"token-ne');
    const cut = await verify();
    expect([cut.code, jsonOf(cut)['isCut']]).toEqual([0, true]);
    await token('new', '--name', 'ci', '--rights', 'read');
    expect((await listed()).map(({ action }) => action)).toEqual(['access-file', 'token-new']);
  });
});

describe('heads of the admin log', () => {
  it('are entries of the log, by which lines that are cut, changed or removed are found', async () => {
    for (const name of ['one', 'two', 'three']) {
      await token('new', '--name', name, '--rights', 'read');
      await entered();
    }
    const sound = await verify();
    expect(sound.code).toBe(0);
    expect(jsonOf(sound)).toMatchObject({ lines: 4, pending: 0, missing: [], isCut: false });
    const whole = readFileSync(file(), 'utf8');
    const all = lines();
    const broken: readonly (readonly [string, readonly string[]])[] = [
      ['the last line removed', all.slice(0, -1)],
      ['two lines removed', all.slice(0, -2)],
      ['a line in the middle removed', all.filter((_, i) => i !== 1)],
      ['the first line removed', all.slice(1)],
      ['a line changed', all.map((line) => line.replace('"two"', '"TWO"'))],
      ['two lines swapped', [all[1], all[0], ...all.slice(2)].map(String)],
      ['the last line changed', all.map((line) => line.replace('"three"', '"other"'))],
    ];
    for (const [what, changed] of broken) {
      writeFileSync(file(), changed.map((line) => `${line}\n`).join(''));
      expect([what, await isSound()]).toEqual([what, false]);
    }
    writeFileSync(file(), `${all[0]}\n`);
    expect((await verify()).code).toBe(1);
    rmSync(file());
    const gone = await verify();
    expect([gone.code, jsonOf(gone)['lines']]).toEqual([1, 0]);
    writeFileSync(file(), whole);
    expect(await isSound()).toBe(true);
  });

  it('are entered at the next start, where the log was down', async () => {
    await using first = await folderOf();
    await first.close();
    const made = await stele(['token', 'new', '--name', 'late', '--rights', 'read', '--data', first.log.folder]);
    expect(made.code).toBe(0);
    const args = ['admin-log', 'verify', '--data', first.log.folder, '--output', 'json'];
    expect(jsonOf(await stele(args))).toMatchObject({ lines: 2, pending: 1 });
    const again = await openTestLog(['--access', open.file], first.log.folder);
    await again.close();
    expect(jsonOf(await stele(args))).toMatchObject({ lines: 2, pending: 0 });
  });

  it('are in a log of Rekor v2 alone, too', async () => {
    await using only = await folderOf(['--apis', 'rekor-v2']);
    await only.close();
    const found = jsonOf(await stele(['admin-log', 'verify', '--data', only.log.folder, '--output', 'json']));
    expect(found).toMatchObject({ lines: 1, pending: 0, heads: [{ line: 1 }] });
  });

  it('are of private logs alone: a public log has none, and no entry of one', async () => {
    const log = await openTestLog();
    expect(existsSync(adminLogFile(log.folder))).toBe(false);
    const asked = await stele(['admin-log', 'verify', '--data', log.folder]);
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('the log is not private')]);
    await log.close();
  });
});

/** A private log whose folder outlives it. */
async function folderOf(
  flags: readonly string[] = [],
): Promise<AsyncDisposable & { log: TestLog; close(): Promise<void> }> {
  const folder = `${data}-again`;
  const log = await openTestLog(['--access', open.file, ...flags], folder);
  return {
    log,
    close: () => log.close(),
    [Symbol.asyncDispose]: async () => {
      for (const one of [folder, `${folder}-heads`]) rmSync(one, { recursive: true, force: true });
    },
  };
}
