import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { ROOT } from '../architecture/inspect.ts';
import { run as runOperator, submit, succeeded } from '../scripts/operator.ts';
import { type AlteringProxy, openAlteringProxy } from '../support/altering-proxy.ts';
import { jsonOf } from '../support/stele.ts';
import { answers, type Imports, openImports } from './import-fixture.ts';

const ENTRIES = 1100; // several commits of an import, and of tiles two

let log: LogFolder;
let source: ServerProcess;
let proxy: AlteringProxy;
let imports: Imports;
beforeAll(async () => {
  [log, imports] = [temporaryFolder(), openImports()];
  source = await startServer(log, { flags: ['--origin', 'source.test', '--genesis', 'off'] });
  await submit(source.base, 'entry', ENTRIES);
  proxy = openAlteringProxy(source.base);
}, 120_000);
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await source.stop();
  log[Symbol.dispose]();
  imports[Symbol.dispose]();
});

const vkeyOf = async (): Promise<string> => (await (await fetch(`${source.base}/vkey`)).text()).trim();

describe.each([
  ['Rekor v1', /\/entries\/retrieve$/, [3, 20, 45, 30], () => []],
  ['tiles', /\/tile\/entries\//, [2, 5, 1], async () => ['--api', 'tiles', '--log-key', await vkeyOf()]],
] as const)('stele import by %s that is killed again and again', (name, counted, killedAt, words) => {
  it('ends with every entry once, under the root that was signed', async () => {
    let child: ChildProcess | undefined;
    let left = 0;
    const server = await proxy.lying((path) => {
      if (counted.test(path)) left -= 1;
      if (left === 0) child?.kill('SIGKILL');
      return undefined;
    });
    const more = await words();
    const state = join(imports.scratch, name, 'state');
    for (const requests of killedAt) {
      left = requests;
      const args = ['import', server, ...more, '--into', imports.folder(name), '--state', state, '--quiet'];
      child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], { stdio: 'ignore' });
      expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    }
    expect(existsSync(join(imports.folder(name), 'imported.json'))).toBe(true);
    await expect(imports.serve(name)).rejects.toThrow(/was cut short: go on with it/);
    left = -1;
    const ran = await imports.run(name, server, ...more);
    const { shards } = jsonOf(ran) as { shards: readonly { added: number; treeSize: number }[] };
    expect([ran.code, shards.map(({ treeSize }) => treeSize)]).toEqual([0, [ENTRIES]]);
    expect(shards[0]?.added).toBeLessThan(ENTRIES); // it went on, and did not begin anew
    await using copy = await imports.serve(name);
    for (const path of ['/tile/1/000.p/4', '/tile/0/004.p/76', '/tile/entries/000', '/tile/entries/004.p/76'])
      expect([path, await answers(copy.base, path)]).toEqual([path, await answers(source.base, path)]);
    expect((await fetch(`${copy.base}/api/v1/log/entries?logIndex=${ENTRIES}`)).status).toBe(404);
  }, 240_000);
});

describe('stele import of a log of two shards', () => {
  it('has both, with the indexes, heads and keys that they had', async () => {
    await source.stop();
    await succeeded(runOperator('shard', log, 'freeze'));
    await succeeded(runOperator('shard', log, 'next', 'second.test'));
    source = await startServer(log, { flags: ['--origin', 'source.test'] });
    await submit(source.base, 'late', 3);
    const ran = await imports.run('sharded', source.base);
    expect([ran.code, jsonOf(ran)]).toMatchObject([
      0,
      {
        shards: [
          { treeSize: ENTRIES, offset: 0 },
          { treeSize: 4, offset: ENTRIES },
        ],
      },
    ]);
    await using copy = await imports.serve('sharded');
    for (const path of [
      '/api/v1/log',
      `/api/v1/log/entries?logIndex=${ENTRIES - 1}`,
      `/api/v1/log/entries?logIndex=${ENTRIES}`,
      `/api/v1/log/entries?logIndex=${ENTRIES + 3}`,
      '/checkpoint',
    ])
      expect([path, await answers(copy.base, path)]).toEqual([path, await answers(source.base, path)]);
  }, 240_000);
});
