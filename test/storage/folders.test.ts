import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, makePrivateFolder } from '../../storage/folders.ts';
import { StoreRefused } from '../../storage/failures.ts';

let parent = '';
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'stele-folders-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const inside = (...names: readonly string[]): string => join(parent, ...names);

describe('folders are made one at a time', () => {
  it('makeFolder makes what is missing, and names it outermost first', () => {
    expect(makeFolder(inside('a', 'b', 'c'))).toEqual([inside('a'), inside('a', 'b'), inside('a', 'b', 'c')]);
    expect(makeFolder(inside('a', 'b', 'd'))).toEqual([inside('a', 'b', 'd')]);
    expect(makeFolder(inside('a', 'b'))).toEqual([]);
  });
  it('makePrivateFolder lets in their owner alone', () => {
    makePrivateFolder(inside('keys', 'deep'));
    expect([inside('keys'), inside('keys', 'deep')].map((folder) => statSync(folder).mode & 0o777)).toEqual([
      0o700, 0o700,
    ]);
  });
  it('makeFolder takes a symbolic link to a folder for that folder', () => {
    makeFolder(inside('real'));
    symlinkSync(inside('real'), inside('link'));
    expect(makeFolder(inside('link', 'a'))).toEqual([inside('link', 'a')]);
    expect(existsSync(inside('real', 'a'))).toBe(true);
  });
});

describe('a folder that cannot be made is refused in one sentence', () => {
  const refused = (path: string): string => {
    try {
      makeFolder(path);
    } catch (error) {
      if (error instanceof StoreRefused) return error.message;
      throw error;
    }
    throw new Error(`${path} was made`);
  };
  it.runIf(existsSync('/proc/self'))('where the system answers ENOENT below a folder that exists', () => {
    for (const path of ['/proc/x', '/proc/x/data/keys'])
      expect(refused(path)).toBe(
        'the folder /proc/x cannot be made: /proc takes no new folder (ENOENT), as where a mount has lost its source. Mount it again, or name another folder',
      );
  });
  it.runIf(existsSync('/sys/kernel'))('where the user may not write', () => {
    expect(refused('/sys/kernel/x/y')).toMatch(/^the folder \/sys\/kernel\/x cannot be made: .*(EPERM|EACCES|EROFS)/);
  });
  it('where a link leads nowhere', () => {
    symlinkSync(inside('gone'), inside('link'));
    expect(refused(inside('link', 'a'))).toMatch(
      /link cannot be made: a symbolic link that leads nowhere has its name/,
    );
  });
  it('where links lead back to themselves', () => {
    symlinkSync(inside('b'), inside('a'));
    symlinkSync(inside('a'), inside('b'));
    expect(refused(inside('a', 'c'))).toMatch(/symbolic links on the way lead back to themselves \(ELOOP\)/);
  });
  it('where a file stands in the way', () => {
    writeFileSync(inside('file'), '');
    expect(refused(inside('file'))).toBe(
      `${inside('file')} is a file, and a folder is needed there: move the file away, or name another folder`,
    );
    expect(refused(inside('file', 'a'))).toContain(`${inside('file')} is a file`);
  });
  it('where a name is too long', () => {
    expect(refused(inside('x'.repeat(300), 'a'))).toContain('the system answers ENAMETOOLONG');
  });
});
