import { hash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foldersIn, type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';
import { run, runAlone, submit } from './operator.ts';

const FORMATS = new URL('../vectors/data-folders/', import.meta.url).pathname;
const FLAGS = ['--genesis', 'off', '--origin', 'one.test'];

let shared: LogFolder;
let folder: LogFolder;
let entries = 0;
/** A log of four entries, the same for every test: to start one takes a second. */
beforeAll(async () => {
  folder = shared = temporaryFolder();
  await grow(4);
  cpSync(shared.data, path('begun', 'data'), { recursive: true });
  cpSync(shared.heads, path('begun', 'heads'), { recursive: true });
});
afterAll(() => shared[Symbol.dispose]());
beforeEach(asBegun);

function asBegun(): void {
  folder = shared;
  fill(folder.data, path('begun', 'data'));
  fill(folder.heads, path('begun', 'heads'));
}
afterEach(() => {
  if (folder !== shared) folder[Symbol.dispose]();
});

/** For a test that puts another folder in the place of one of its own. */
async function beginApart(): Promise<void> {
  folder = temporaryFolder();
  await grow(4);
}

/** Starts the log, adds entries, stops it. */
async function grow(count: number): Promise<void> {
  await using server = await startServer(folder, { flags: FLAGS });
  await submit(server.base, `from ${(entries += count)}`, count);
  await server.stop();
}

const path = (...names: readonly string[]): string => join(folder.parent, ...names);
const journalFile = (): string => join(folder.heads, 'heads.txt');

function keepAs(name: string): void {
  cpSync(folder.data, path(name), { recursive: true });
}

/** The folder stays the one it was. */
function fill(place: string, from: string): void {
  for (const file of readdirSync(place)) rmSync(join(place, file), { recursive: true });
  cpSync(from, place, { recursive: true });
}

const putBack = (name: string): void => fill(folder.data, path(name));

/** Digests of all files below a folder, by path. That a process asked for a lock, and which, is left out. */
function contentsOf(place: string): Readonly<Record<string, string>> {
  const files = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !/\/lock(-owner\.txt|\.db)$/.test(file));
  return Object.fromEntries(files.sort().map((file) => [file, hash('sha256', readFileSync(file))]));
}

const filesNow = () => [contentsOf(folder.data), contentsOf(folder.heads)];

/** Sizes of the heads in a file of the heads folder. */
function sizesIn(name: string): readonly number[] {
  const lines = readFileSync(join(folder.heads, name), 'utf8').split('\n').slice(1, -1);
  return lines.map((line) => Number(line.split(' ')[0]));
}

/** The command that a refused start prints, as the words behind `npm run -s stele -- recover`. */
async function printedCommand(): Promise<readonly string[]> {
  const { code, said } = await runServer(folder, { flags: FLAGS });
  expect(code).toBe(1);
  return /npm run -s stele -- recover ([^"]+)"/.exec(said)?.[1]?.split(' ') ?? [];
}

describe('npm run recover: a log that starts as it is', () => {
  it('has nothing to recover, whatever is asked, and is left as it is', async () => {
    const before = filesNow();
    for (const words of [[], ['--accept-size', '4'], ['--accept-size', '99'], ['--fork-the-log-at', '4']]) {
      const { code, out, err } = await run('recover', folder, ...words);
      expect([words, code, out.split('\n').at(-2), err]).toEqual([
        words,
        0,
        'nothing to do: the log starts as it is',
        '',
      ]);
    }
    expect(filesNow()).toEqual(before);
  });
});

describe('npm run recover: a look that changes nothing, to the byte and the time', () => {
  it.each(readdirSync(FORMATS).filter((name) => name.startsWith('format-')))('at a folder of %s', async (format) => {
    const old = foldersIn(path(format));
    cpSync(join(FORMATS, format), old.parent, { recursive: true });
    const before = treeOfFiles(old.parent);
    const { code, out, err } = await run('recover', old, '--volume', 'moves');
    expect([code, err, treeOfFiles(old.parent)]).toEqual([0, '', before]);
    expect(out).toMatch(/rekor\.test: 311 entries, (all there, under the root|as an earlier version wrote them)/);
  });
  it('at a copy that was made while the log ran', async () => {
    const copy = foldersIn(path('copy'));
    await using server = await startServer(folder, { flags: FLAGS });
    await submit(server.base, 'one more', 1);
    cpSync(folder.data, copy.data, { recursive: true });
    cpSync(folder.heads, copy.heads, { recursive: true });
    const before = treeOfFiles(copy.parent);
    const { code, out, err } = await run('recover', copy);
    expect([code, err, treeOfFiles(copy.parent)]).toEqual([1, '', before]);
    expect(out).toContain('one.test: 5 entries, all there');
    expect((await run('recover', folder)).err).toContain('is in use by another process');
  });
});

describe('npm run recover: a copy of the log that is behind its journal', () => {
  beforeAll(async () => {
    asBegun();
    await grow(2);
    cpSync(folder.heads, path('ahead'), { recursive: true });
  });
  beforeEach(() => fill(folder.heads, path('ahead')));

  it('is told the safe ways, in order, and no command that forks it; nothing is changed', async () => {
    const words = await printedCommand();
    expect(words).toEqual(['--data', folder.data, '--heads', folder.heads]);
    const before = [treeOfFiles(folder.data), treeOfFiles(folder.heads)];
    const { code, out, err } = await runAlone('recover', ...words);
    expect([code, err]).toEqual([1, '']);
    expect([treeOfFiles(folder.data), treeOfFiles(folder.heads)]).toEqual(before);
    expect(out).toContain('one.test: the log has 4 entries, and has signed a head of 6');
    expect(out).toMatch(
      /1\. put back a newer copy .*\n2\. keep this copy as an archive .*, and let the next log begin\n/,
    );
    expect(out).not.toMatch(/--accept-size|--fork/);
  });

  it.each([
    [
      ['--accept-size', '4'],
      'the log would contradict heads that it has signed, and --accept-size does not allow that',
    ],
    [['--fork-the-log-at', '6'], '--fork-the-log-at is 6, and the log has 4'],
  ])('is not let on with %j', async (words, says) => {
    const before = filesNow();
    const { code, err } = await run('recover', folder, ...words);
    expect([code, err]).toEqual([1, expect.stringContaining(says)]);
    expect(filesNow()).toEqual(before);
  });

  it('goes on for who asks for the fork by name, and every head that was known is kept', async () => {
    const known = sizesIn('heads.txt');
    expect(known.at(-1)).toBe(6);
    const { code, out } = await run('recover', folder, '--fork-the-log-at', '4');
    expect(code).toBe(0);
    const [kept = ''] = readdirSync(folder.heads).filter((name) => /^heads\.txt\.\d{8}T\d{6}Z$/.test(name));
    expect(out).toContain(`kept the head journal as ${join(folder.heads, kept)}`);
    expect([sizesIn(kept), sizesIn('heads.txt')]).toEqual([known, [4]]);
    await grow(1);
    expect(sizesIn('heads.txt')).toEqual([4, 5]);
  });
});

describe('npm run recover: a log that nothing speaks against', () => {
  it('whose original was started since it was copied goes on with all heads, and the original does not', async () => {
    keepAs('copy');
    await grow(0);
    keepAs('original');
    putBack('copy');
    const known = sizesIn('heads.txt');
    expect((await run('recover', folder)).out).toContain('the log goes on from here with: --accept-size 4');
    expect(await run('recover', folder, '--fork-the-log-at', '4')).toMatchObject({
      code: 1,
      err: expect.stringContaining('it needs no fork: use --accept-size') as string,
    });
    expect((await run('recover', folder, '--accept-size', '4')).code).toBe(0);
    expect(sizesIn('heads.txt')).toEqual(known);
    await grow(1);
    putBack('original');
    expect((await run('recover', folder)).out).toContain('the log has 4 entries, and has signed a head of 5');
  });

  it('whose journal is missing goes on from the size that is said', async () => {
    await beginApart();
    renameSync(folder.heads, path('away'));
    const { code, out } = await run('recover', folder);
    expect([code, readdirSync(folder.parent).includes('data-heads')]).toEqual([1, false]);
    expect(out).toContain('one.test: the head journal is missing: put it back');
    expect((await run('recover', folder, '--accept-size', '5')).err).toContain('--accept-size is 5, and the log has 4');
    expect((await run('recover', folder, '--accept-size', '4')).code).toBe(0);
    await grow(1);
  });

  it('whose journal is damaged goes on, and the journal is kept as it was', async () => {
    const text = readFileSync(journalFile(), 'utf8').replace(/\n(\d+) /, '\n9$1 ');
    writeFileSync(journalFile(), text);
    expect((await run('recover', folder)).out).toContain('heads.txt is not as written: put the head journal back');
    expect((await run('recover', folder, '--accept-size', '4')).code).toBe(0);
    const [kept = ''] = readdirSync(folder.heads).filter((name) => name.startsWith('heads.txt.'));
    expect(readFileSync(join(folder.heads, kept), 'utf8')).toBe(text);
    await grow(1);
  });

  it('that is a copy in another place goes on there', async () => {
    await beginApart();
    renameSync(folder.data, path('away'));
    mkdirSync(folder.data);
    putBack('away');
    expect((await run('recover', folder)).out).toContain(`${folder.data} is not where this log was written: `);
    expect((await run('recover', folder, '--accept-size', '4')).code).toBe(0);
    await grow(1);
  });
});

describe("npm run recover: beside another log's journal", () => {
  it('does not touch it, whatever is asked', async () => {
    using other = temporaryFolder();
    await using server = await startServer(other, { flags: ['--genesis', 'off', '--origin', 'other.test'] });
    await server.stop();
    fill(folder.heads, other.heads);
    const before = contentsOf(folder.heads);
    for (const words of [[], ['--accept-size', '4'], ['--fork-the-log-at', '4']]) {
      const { code, out } = await run('recover', folder, ...words);
      expect([code, out]).toEqual([1, expect.stringMatching(/the head journal is that of log \d+, not of \d+/)]);
    }
    expect(contentsOf(folder.heads)).toEqual(before);
  });
});
