import { cpSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndependentLog } from '../support/independent-log.ts';
import { openTestLog } from '../support/log.ts';
import { treeOfFiles } from '../support/tree-of-files.ts';

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'stele-second-names-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const inside = (...names: readonly string[]): string => join(parent, ...names);

async function begin(flags: readonly string[] = []): Promise<void> {
  const { close } = await openTestLog(flags, inside('data'));
  await close();
}

/** The start is refused, and has written nothing at all. @returns what was said */
async function refusal(flags: readonly string[] = [], folder = inside('data')): Promise<string> {
  const before = treeOfFiles(parent);
  const said = await openTestLog(flags, folder).then(async ({ close }) => {
    await close();
    throw new Error('the start was not refused');
  }, String);
  expect(treeOfFiles(parent)).toEqual(before);
  return said;
}

describe('a file that has a second name, under which another folder could hold it', () => {
  it.each([
    ['data', 'stele.db'],
    ['data-heads', 'heads.txt'],
  ])('keeps the log from starting where it is %s/%s', async (folder, name) => {
    await begin();
    linkSync(inside(folder, name), inside(name));
    expect(await refusal()).toContain(`${inside(folder, name)} has 2 names (hard links), and must have one`);
    rmSync(inside(name));
    await begin();
  });

  it('keeps the log from starting where it is the journal of its witness', async () => {
    writeFileSync(inside('logs.txt'), `log ${new IndependentLog('other.test').vkey}\nquorum none\n`);
    const flags = ['--witness-for', inside('logs.txt')];
    await begin(flags);
    linkSync(inside('data-heads', 'witnessed.txt'), inside('witnessed.txt'));
    expect(await refusal(flags)).toContain('witnessed.txt has 2 names (hard links), and must have one');
  });

  it('keeps a copy of a log that runs from signing beside it', async () => {
    const { close } = await openTestLog([], inside('data'));
    cpSync(inside('data'), inside('copy'), { recursive: true });
    mkdirSync(inside('copy-heads'));
    linkSync(inside('data-heads', 'heads.txt'), inside('copy-heads', 'heads.txt'));
    const opened = openTestLog(['--volume', 'moves'], inside('copy'));
    await expect(opened).rejects.toThrow('heads.txt has 2 names (hard links)');
    await close();
  });
});
