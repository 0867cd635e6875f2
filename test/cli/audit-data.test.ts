import { cpSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { submit } from '../scripts/operator.ts';
import { flipBit } from '../support/damage-file.ts';
import { jsonOf, stele } from '../support/stele.ts';

let good: LogFolder;
beforeAll(async () => {
  good = temporaryFolder();
  await using server = await startServer(good, { flags: ['--genesis', 'off'] });
  await submit(server.base, 'entry', 20);
  await server.stop();
});
afterAll(() => good[Symbol.dispose]());

it('stele audit --data says what it hashed, and ends with 0', async () => {
  const ran = await stele(['audit', '--data', good.data]);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/: 20 entries under the root [0-9a-f]{64}\n[\s\S]*all good: 20 entries in /);
  const json = await stele(['audit', '--data', good.data, '--heads', good.heads, '--output', 'json']);
  expect(jsonOf(json)).toEqual({ version: 1, isSound: true, data: good.data, entries: 20 });
});

it('stele audit --data ends with 1 for a damaged log, and names what is damaged', async () => {
  using damaged = temporaryFolder();
  cpSync(good.data, damaged.data, { recursive: true });
  cpSync(good.heads, damaged.heads, { recursive: true });
  flipBit(damaged.data, 'head', 'root');
  const ran = await stele(['audit', '--data', damaged.data, '--output', 'json']);
  expect(ran.code).toBe(1);
  expect(jsonOf(ran)).toMatchObject({ isSound: false });
  expect(ran.err).toMatch(/damaged: /);
});

it.each([
  [['--data', '/nowhere/at/all'], /there is no such folder/],
  [['http://127.0.0.1:9', '--data', '/tmp'], /audits a folder, and no address/],
  [['--data', '/tmp', '--evidence', 'fork.json'], /--evidence is for the audit of a log at its address/],
  [['--data', '/tmp', '--policy', 'policy'], /--policy is for the audit of a log at its address/],
  [['--heads', '/tmp'], /--heads is for an audit of --data/],
  [[], /no log is named/],
])('stele audit %j is refused', async (words, reason) => {
  const ran = await stele(['audit', ...words]);
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toMatch(reason);
});
