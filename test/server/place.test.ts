import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogRefused } from '../../log/failures.ts';
import { checkPlace, recordPlace } from '../../server/place.ts';

let parent = '';
const folder = (): string => join(parent, 'data');
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'stele-place-'));
  mkdirSync(folder());
  recordPlace(folder());
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const record = (): string => join(folder(), 'place.json');

describe('decision: the data folder knows where it is', () => {
  it('is where it was', () => {
    expect(() => checkPlace(folder())).not.toThrow();
  });
  it('may be renamed: it is the same folder', () => {
    renameSync(folder(), join(parent, 'renamed'));
    expect(() => checkPlace(join(parent, 'renamed'))).not.toThrow();
  });
  it('is not where it was once it is a copy, and says what to do', () => {
    const copy = join(parent, 'copy');
    cpSync(folder(), copy, { recursive: true });
    expect(() => checkPlace(copy)).toThrow(LogRefused);
    expect(() => checkPlace(copy)).toThrow(
      `${copy} is not where this log was written (inode differ): a copy that signs beside its original is a fork.`,
    );
    expect(() => checkPlace(copy)).toThrow(/run: npm run recover\. .* set volume to moves$/);
    expect(() => checkPlace(folder())).not.toThrow();
  });
  it.each(['device', 'inode', 'machine'])('is not where it was when its %s is another', (part) => {
    const place = JSON.parse(readFileSync(record(), 'utf8')) as Record<string, unknown>;
    writeFileSync(record(), JSON.stringify({ ...place, [part]: 'another' }));
    expect(() => checkPlace(folder())).toThrow(`(${part} differ)`);
  });
  it.each([
    ['gone', undefined],
    ['empty', ''],
    ['cut short', '{"device":1,'],
    ['no object', '7'],
  ])('cannot tell when the record is %s, and refuses', (_what, text) => {
    if (text === undefined) rmSync(record());
    else writeFileSync(record(), text);
    expect(() => checkPlace(folder())).toThrow(/\(device, inode, machine differ\)/);
  });
  it('is recorded anew by those who know better', () => {
    const copy = join(parent, 'copy');
    cpSync(folder(), copy, { recursive: true });
    recordPlace(copy);
    expect(() => checkPlace(copy)).not.toThrow();
  });
});
