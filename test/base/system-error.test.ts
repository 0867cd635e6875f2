import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemCode, systemSentence } from '../../base/system-error.ts';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}

describe('errors of the system: path, reason, code', () => {
  it.each([
    [() => readFileSync('/no/such/file'), 'ENOENT', '/no/such/file: there is no such file or folder (ENOENT, open)'],
    [() => readFileSync('/'), 'EISDIR', 'it is a folder, and a file is needed there (EISDIR, read)'],
    [() => mkdirSync('/tmp'), 'EEXIST', '/tmp: something stands there already (EEXIST, mkdir)'],
  ])('%s is told as a sentence', (work, code, sentence) => {
    const error = thrownBy(work);
    expect([systemCode(error), systemSentence(error)]).toEqual([code, sentence]);
  });

  it('an error without a known code keeps its own words', () => {
    expect(systemSentence(new Error('own words'))).toBe('own words');
    expect(systemCode(new Error('own words'))).toBeUndefined();
  });
});
