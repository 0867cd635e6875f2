import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { type Ran, run, submit } from './operator.ts';

let log: LogFolder;
let server: ServerProcess;
let folder = '';
beforeAll(async () => {
  log = temporaryFolder();
  server = await startServer(log, { flags: ['--genesis', 'off'] });
  await submit(server.base, 'first', 300);
  folder = mkdtempSync(join(tmpdir(), 'stele-export-verify-'));
  await exported();
  await submit(server.base, 'second', 230); // two full bundles, and the partial one of the first export beside the second
  await exported();
});
afterAll(async () => {
  await server.stop();
  log[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

const exported = (...flags: readonly string[]): Promise<Ran> => run('export', log, '--into', folder, ...flags);

/** Name and content of each file. */
function contents(): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path).toString('base64')];
    }),
  );
}

/** Runs `work` on the folder, which is put back as it was. */
async function restoring(work: () => Promise<void>): Promise<void> {
  const before = contents();
  try {
    await work();
  } finally {
    for (const [path, bytes] of before) writeFileSync(join(folder, path), Buffer.from(bytes, 'base64'));
  }
}

const FULL_FILES = ['tile/0/000', 'tile/entries/001'];

describe('npm run export, again: what had been exported and is gone', () => {
  it.each([
    ['as it is', []],
    ['from the server over HTTP', ['--from']],
    ['with --verify', ['--verify']],
  ])('is written as it was: %s', async (_words, flags) => {
    const before = contents();
    for (const path of FULL_FILES) rmSync(join(folder, path));
    const vkey = await (await fetch(`${server.base}/vkey`)).text();
    const source = flags.includes('--from') ? ['--from', server.base, '--vkey', vkey.trim()] : flags;
    const { code, out, err } = await exported(...source);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('530 entries as before; 2 files written (2 of them had been exported, and were missing)');
    expect(contents()).toEqual(before);
  });
});

describe('npm run export -- --verify', () => {
  it('counts the files that are as the log has them, those of earlier sizes too', async () => {
    const { code, out } = await exported('--verify');
    expect([code, out]).toEqual([0, expect.stringMatching(/; 0 files written, 0 removed; (\d+) files are as/)]);
    expect(out).toContain(`; ${contents().size - 1} files are as the log has them`); // all but the checkpoint
  });

  it('names each file that was changed, writes what is missing, changes nothing, and ends with 1', async () => {
    await restoring(async () => {
      const changed = ['tile/0/000', 'tile/0/001.p/44', 'tile/entries/000', 'tile/entries/001.p/44'];
      for (const path of changed) {
        const bytes = readFileSync(join(folder, path));
        bytes[40] = (bytes[40] ?? 0) ^ 1;
        writeFileSync(join(folder, path), bytes);
      }
      truncateSync(join(folder, 'tile/entries/001'), 10);
      rmSync(join(folder, 'tile/0/001'));
      const before = contents();
      const { code, err } = await exported('--verify');
      const named = [...changed, 'tile/entries/001'].toSorted().map((path) => join(folder, path));
      expect(code).toBe(1);
      expect(err).toContain(`cannot export: ${named.join(', ')} are there and differ from what the log has`);
      expect(err).toContain('1 files that were missing were written');
      expect(statSync(join(folder, 'tile/0/001')).size).toBe(8192);
      rmSync(join(folder, 'tile/0/001'));
      expect(contents()).toEqual(before);
    });
    expect((await exported('--verify')).code).toBe(0);
  });

  it('without it, files of earlier exports are not read', async () => {
    await restoring(async () => {
      writeFileSync(join(folder, 'tile/entries/000'), 'not read');
      const { code, out } = await exported();
      expect([code, out]).toEqual([0, expect.stringContaining('530 entries as before; 0 files written, 0 removed')]);
    });
  });
});
