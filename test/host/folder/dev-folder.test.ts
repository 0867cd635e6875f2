import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeDevFolder } from '../../../host/folder/dev-folder.ts';

it('dev folder: those of processes that were killed are removed, those of running ones stay', () => {
  const parent = mkdtempSync(join(tmpdir(), 'stele-dev-test-'));
  const { pid } = spawnSync('true');
  const [abandoned, used, other] = [`stele-dev-${pid}-a`, `stele-dev-${process.pid}-b`, 'stele-dev-notes'];
  for (const name of [abandoned, used, other]) mkdirSync(join(parent, name));
  const made = makeDevFolder(parent);
  expect([abandoned, used, other].map((name) => existsSync(join(parent, name)))).toEqual([false, true, true]);
  expect(made).toMatch(new RegExp(`/stele-dev-${process.pid}-\\w+$`));
  rmSync(parent, { recursive: true });
});
