import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSubmitter } from '../../testkit/proposals.ts';
import { type LogFolder, foldersIn, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { created, headOf, inconsistentWith, submissionOf, submit } from './client.ts';

let folder: LogFolder;
let entries = 0;
let note: string;
beforeEach(async () => {
  folder = temporaryFolder();
  await grow(3);
});
afterEach(() => folder[Symbol.dispose]());

/** Starts the log, adds entries, stops it as one should. */
async function grow(count: number): Promise<void> {
  await using server = await startServer(folder);
  for (let i = 0; i < count; i += 1) {
    created(await submit(server.base, submissionOf(`entry ${(entries += 1)}`, 0)));
  }
  note = await headOf(server.base);
  await server.stop();
}

/** Digests of all that is in a folder, by path. Who asked for the lock last is no part of the log. */
function contentsOf(path: string): Readonly<Record<string, string>> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => !/\/lock(-owner\.txt|\.db)$/.test(file));
  return Object.fromEntries(paths.sort().map((file) => [file, hash('sha256', readFileSync(file))]));
}

const heldNow = (where: LogFolder) => [contentsOf(where.data), contentsOf(where.heads)];

/** The start is refused with status 1, and leaves the disk as it was. @returns what was said */
async function expectRefused(where: LogFolder, flags: readonly string[] = []): Promise<string> {
  mkdirSync(where.heads, { recursive: true });
  const before = heldNow(where);
  const { code, said } = await runServer(where, { flags });
  expect(said).toContain('"level":"fatal"');
  expect(code).toBe(1);
  expect(heldNow(where)).toStrictEqual(before);
  return said;
}

/** The log starts, and is the one whose head was shown. */
async function expectGoesOn(where: LogFolder, flags: readonly string[] = []): Promise<void> {
  await using server = await startServer(where, { flags });
  expect(await inconsistentWith(server.base, [note])).toStrictEqual([]);
  created(await submit(server.base, submissionOf(`entry ${(entries += 1)}`, 0)));
}

describe('decision 2, one writer: a second process on the same folder', () => {
  it('is refused while the first runs, and told which that is; the first takes no harm', async () => {
    await using first = await startServer(folder);
    const { code, said } = await runServer(folder);
    expect(said).toContain(`${folder.data} is in use by another process (process ${first.pid} on `);
    expect(said).toContain('stop that one first, or give this one a folder of its own');
    expect(code).toBe(1);
    const again = await runServer(folder);
    expect(again.said).toContain(`(process ${first.pid} on `);
    expect(created(await submit(first.base, submissionOf('still served', 0))).logIndex).toBe(4);
  });

  it.each([
    ['the same', (heads: string) => heads],
    ['a symbolic link to the same', (heads: string) => (symlinkSync(heads, `${heads}-link`), `${heads}-link`)],
  ])('is refused on a copy of the data folder that has %s heads folder', async (_what, way) => {
    const copy = { ...folder, data: join(folder.parent, 'copy'), heads: way(folder.heads) };
    cpSync(folder.data, copy.data, { recursive: true });
    await using first = await startServer(folder);
    const { code, said } = await runServer(copy, { flags: ['--volume', 'moves'] });
    expect(said).toContain(`${copy.heads} is in use by another process (process ${first.pid} on `);
    expect(code).toBe(1);
    expect(created(await submit(first.base, submissionOf('still served', 0))).logIndex).toBe(4);
  });

  it('is refused on a copy whose original was started and stopped since, and the original goes on', async () => {
    const copy = { ...folder, data: join(folder.parent, 'copy') };
    cpSync(folder.data, copy.data, { recursive: true });
    await grow(0);
    const said = await expectRefused(copy, ['--volume', 'moves']);
    expect(said).toContain('another copy of this data folder has been started with this head journal since');
    expect(said).toContain(`run: npm run -s stele -- recover --data ${copy.data} --heads ${folder.heads}`);
    await expectGoesOn(folder);
  });

  it('takes over once the first was killed', async () => {
    await using first = await startServer(folder);
    created(await submit(first.base, submissionOf('before the kill', 0)));
    await first.kill();
    await expectGoesOn(folder);
  });
});

describe('decision 10, a copy that signs beside its original, or an old one, is a fork', () => {
  it('refuses the data of yesterday: the journal has a later head', async () => {
    const backup = join(folder.parent, 'backup');
    cpSync(folder.data, backup, { recursive: true });
    await grow(2);
    const newest = join(folder.parent, 'newest');
    cpSync(folder.data, newest, { recursive: true });
    replaceContents(folder.data, backup);
    const said = await expectRefused(folder);
    expect(said).toContain('the log has 4 entries, and has signed a head of 6: it was restored from an old copy');
    replaceContents(folder.data, newest);
    await expectGoesOn(folder);
  });

  it('refuses a log whose journal is missing, and goes on once it is back', async () => {
    const aside = join(folder.parent, 'aside');
    cpSync(folder.heads, aside, { recursive: true });
    rmSync(folder.heads, { recursive: true });
    expect(await expectRefused(folder)).toContain('the head journal is missing: put it back as ');
    cpSync(aside, folder.heads, { recursive: true });
    await expectGoesOn(folder);
  });

  it('refuses a journal whose data is gone', async () => {
    rmSync(folder.data, { recursive: true });
    const before = contentsOf(folder.heads);
    const { code, said } = await runServer(folder);
    expect(said).toContain(`${folder.data} holds no log (stele.db is missing)`);
    expect(said).toMatch(/the head journal \S+ of log \d+ with a head of 4; missing as well: the rekor key/);
    expect(code).toBe(1);
    expect(contentsOf(folder.heads)).toStrictEqual(before);
    expect(existsSync(folder.data)).toBe(false);
  });

  it('refuses the journal of another log', async () => {
    using other = temporaryFolder();
    await using server = await startServer(other);
    await server.stop();
    replaceContents(folder.heads, other.heads);
    expect(await expectRefused(folder)).toMatch(/the head journal is that of log \d+, not of \d+/);
  });

  it('refuses a copied folder, unless its volume is one that moves', async () => {
    const copy = foldersIn(join(folder.parent, 'elsewhere'));
    cpSync(folder.data, copy.data, { recursive: true });
    cpSync(folder.heads, copy.heads, { recursive: true });
    const said = await expectRefused(copy);
    expect(said).toContain(`${copy.data} is not where this log was written (`);
    expect(said).toMatch(/its inode was \d+ and is \d+\)/);
    expect(said).not.toContain('volume'); // typed for a copy of a log that still runs, it is the fork
    await expectGoesOn(copy, ['--volume', 'moves']);
  });
});

describe('decision 14, keys and origin are for ever', () => {
  const rekorKey = (): string => join(folder.data, 'keys', 'rekor-v1.pem');

  it('refuses another key, and goes on with its own', async () => {
    const own = readFileSync(rekorKey());
    writeFileSync(rekorKey(), newSubmitter().key.export({ type: 'pkcs8', format: 'pem' }));
    expect(await expectRefused(folder)).toContain(
      'the rekor key is not the one this log has signed with since it began',
    );
    writeFileSync(rekorKey(), own);
    await expectGoesOn(folder);
  });

  it('refuses a missing key, and makes none', async () => {
    const own = readFileSync(rekorKey());
    rmSync(rekorKey());
    expect(await expectRefused(folder)).toContain(`the rekor key is missing: put ${rekorKey()} back`);
    writeFileSync(rekorKey(), own);
    await expectGoesOn(folder);
  });

  it.each(['rekor', 'c2sp'])('refuses a %s key of the wrong type', async (role) => {
    const file = role === 'rekor' ? rekorKey() : join(folder.data, 'keys', 'tile.pem');
    const wrong = newSubmitter(role === 'rekor' ? 'ed25519' : 'P-256').key;
    writeFileSync(file, wrong.export({ type: 'pkcs8', format: 'pem' }));
    expect(await expectRefused(folder)).toContain(`${file} holds another key`);
  });

  it('refuses another c2sp key', async () => {
    const file = join(folder.data, 'keys', 'tile.pem');
    writeFileSync(file, newSubmitter('ed25519').key.export({ type: 'pkcs8', format: 'pem' }));
    expect(await expectRefused(folder)).toContain('the c2sp key is not the one this log has signed with');
  });

  it('refuses another origin, and names its own', async () => {
    expect(await expectRefused(folder, ['--origin', 'other.example'])).toMatch(
      /the log is \S+ for ever, not other\.example: set origin to/,
    );
    await expectGoesOn(folder);
  });
});

/** The folder stays the one it was. */
function replaceContents(path: string, source: string): void {
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
  cpSync(source, path, { recursive: true });
}
