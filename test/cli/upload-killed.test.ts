import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../architecture/inspect.ts';
import { makeSigner } from '../support/signing.ts';
import { entriesOf, openUse, type Use } from './use-fixture.ts';

const COUNT = 120;

let use: Use;
beforeAll(async () => {
  use = await openUse();
});
afterAll(() => use[Symbol.asyncDispose]());

const sizeNow = async (): Promise<number> =>
  ((await (await fetch(`${use.server.base}/api/v1/log`)).json()) as { readonly treeSize: number }).treeSize;

it('an upload of many that is killed is made again: nothing is lost, and nothing is logged twice', async () => {
  const signer = makeSigner();
  const files = Array.from({ length: COUNT }, (_, i) => use.signed(`k${i}`, 'P-256', signer)[0] ?? '');
  const words = ['upload', ...files, '--signature', '{}.sig', '--key', 'k0.pub', '--output', 'json'];
  const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...words, '--concurrency', '2'], {
    env: { ...use.env },
    cwd: use.scratch,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  while ((await sizeNow()) < 6 && child.exitCode === null);
  child.kill('SIGKILL');
  await ended;
  const before = await sizeNow();
  expect([before > 5, before < COUNT]).toEqual([true, true]);
  const ran = await use.run(...words);
  expect([ran.code, entriesOf(ran).length]).toEqual([0, COUNT]);
  const known = entriesOf(ran).filter(({ isKnown }) => isKnown);
  expect(known.length).toBeGreaterThanOrEqual(before - 1); // entry 0 is the log's own; more was on its way when it was killed
  expect(new Set(entriesOf(ran).map(({ logIndex }) => logIndex)).size).toBe(COUNT);
  expect(await sizeNow()).toBe(COUNT + 1);
  const state = join(use.scratch, 'state', 'logs');
  expect(existsSync(state) && readdirSync(state).every((name) => name.endsWith('.json'))).toBe(true);
});
