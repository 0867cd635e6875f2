import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run, runAlone, submit, succeeded } from '../scripts/operator.ts';

const FLAGS = ['--volume', 'moves'];

let log: LogFolder;
let into: string;
beforeAll(async () => {
  log = temporaryFolder();
  into = join(log.parent, 'backup');
  await grow(log, 'first', 20);
  await succeeded(run('backup', log, '--into', into));
});
afterAll(() => log[Symbol.dispose]());

async function grow(folder: LogFolder, name: string, entries: number): Promise<void> {
  await using server = await startServer(folder, { flags: FLAGS });
  await submit(server.base, name, entries);
  await server.stop();
}

describe('npm run backup again into the same folder', () => {
  it('refuses a copy of the log that has gone on by itself, and leaves the backup as it is', async () => {
    using fork = temporaryFolder();
    for (const part of ['data', 'heads'] as const) cpSync(log[part], fork[part], { recursive: true });
    await grow(log, 'ours', 3);
    await succeeded(run('backup', log, '--into', into));
    await grow(fork, 'theirs', 5);
    const refused = await run('backup', fork, '--into', into);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/is another tree at 24 entries than its copy: this is a fork\. Keep both as they are/),
    ]);
    expect(await runAlone('backup', '--into', into, '--verify')).toMatchObject({ code: 0 });
    expect(await run('backup', log, '--into', into)).toMatchObject({ code: 0 });
  });

  it.each([
    ['backup', (folder: string) => run('backup', log, '--into', folder)],
    ['verify', (folder: string) => runAlone('backup', '--into', folder, '--verify')],
    ['restore', (folder: string) => runAlone('restore', '--from', folder, '--into', join(log.parent, 'restored'))],
  ])('names a damaged manifest and what to do: %s', async (_, use) => {
    using other = temporaryFolder();
    const copy = join(other.parent, 'copy');
    cpSync(into, copy, { recursive: true });
    const file = join(copy, 'manifest.json');
    const damaged = readFileSync(file, 'utf8').replace('"records":', '"recards":');
    writeFileSync(file, damaged);
    const { code, err } = await use(copy);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`${file} is damaged: it is not what its checksum says. Keep the folder`),
    ]);
    expect(readFileSync(file, 'utf8')).toBe(damaged);
  });
});
