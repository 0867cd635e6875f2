import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminLogFile, readAdminLog, recordAct, recordActOf, recordChange } from '../../../host/admin-log/admin-log.ts';
import { AdminLogBroken, readLines } from '../../../host/admin-log/lines.ts';

let folder: string;
let text: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stele-admin-log-'));
  await recordActOf(folder, { action: 'never', details: {} }); // there is no admin log yet, and this makes none
  for (const name of ['a', 'b', 'c', 'd']) await recordAct(folder, { action: 'token-new', details: { name } });
  text = readFileSync(adminLogFile(folder), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

const joined = (lines: readonly (string | undefined)[]): string => lines.map((line) => `${line}\n`).join('');

describe('lines of the admin log', () => {
  it('follow each other, from 1', () => {
    const lines = readLines(text);
    expect(lines.map(({ seq, details }) => [seq, details['name']])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ]);
    expect(lines.slice(1).map(({ before }) => before)).toEqual(lines.slice(0, -1).map(({ hash }) => hash));
  });

  it('are refused where one before the last was changed, removed, moved or added', () => {
    const all = text.trimEnd().split('\n');
    const [a, b, c, d] = all;
    const changes: readonly (readonly [string, string])[] = [
      ['changed', joined([a, b?.replace('"b"', '"x"'), c, d])],
      ['another time', joined([a, b?.replace(/"time":"\d+/, '"time":"1999'), c, d])],
      ['removed', joined([a, c, d])],
      ['the first removed', joined([b, c, d])],
      ['moved', joined([a, c, b, d])],
      ['twice', joined([a, b, b, c, d])],
      ['another spelling', joined([a?.replace('{', '{ '), b, c, d])],
      ['a member more', joined([a?.replace('{', '{"a":1,'), b, c, d])],
      ['no line', joined([a, 'null', c, d])],
      ['an empty line', joined([a, '', b, c, d])],
    ];
    for (const [, changed] of changes) expect(() => readLines(changed)).toThrow(AdminLogBroken);
  });
});

it('a change is written once, whatever stands between', async () => {
  const change = (to: string) => recordChange(folder, { action: 'access-file', details: { to } }, { to: 'none' });
  for (const to of ['none', 'one', 'one', 'two', 'one', 'one']) await change(to);
  await recordAct(folder, { action: 'other', details: {} });
  await change('one');
  const changes = readAdminLog(folder).lines.filter(({ action }) => action === 'access-file');
  expect(changes.map(({ details }) => details['to'])).toEqual(['one', 'two', 'one']);
});
