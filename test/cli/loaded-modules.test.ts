import { describe, expect, it } from 'vitest';
import { useForAllTests } from './use-fixture.ts';
import { stele } from '../support/stele.ts';

/* A command loads what it needs: its start is what a person waits for. */

const { opened, run, signed, uploaded } = useForAllTests();

/** Writes the address of every module to standard error. */
const TELL = `import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
registerHooks({ load: (url, context, next) => (writeSync(2, 'loaded ' + url + '\\n'), next(url, context)) });`;

async function loadedBy(...words: readonly string[]): Promise<readonly string[]> {
  const { scratch, env } = opened();
  const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(TELL)}`];
  const { code, err } = await stele(words, { env, cwd: scratch, nodeFlags });
  expect(code).toBe(0);
  const urls = err.split('\n').flatMap((line) => /^loaded (.*)$/.exec(line)?.[1] ?? []);
  expect(urls.some((url) => url.endsWith('/cli/run.ts'))).toBe(true);
  return urls;
}

const ofServers = (urls: readonly string[]): readonly string[] =>
  urls.filter((url) => /\/node_modules\/(?:express|better-sqlite3)\/|\/(?:server|storage\/engines)\//.test(url));

describe('modules that a command loads', () => {
  it('are none of the server and of stores, where a log is asked', async () => {
    for (const words of [
      ['--help'],
      ['checkpoint'],
      ['upload', ...signed('loading')],
      ['search', '--artifact', 'loading'],
    ])
      expect([words[0], ofServers(await loadedBy(...words))]).toEqual([words[0], []]);
  });

  it('are none of the network where a proof file is verified', async () => {
    const words = signed('loading-proof');
    const { logIndex } = await uploaded(...words);
    await run('proof', String(logIndex), '--into', 'loading.proof');
    const loaded = await loadedBy('verify', ...words, '--proof', 'loading.proof');
    expect(ofServers(loaded)).toEqual([]);
    const ofNetwork = /\/client\/http\/(?!failures\.ts$)|\/client\/bundle\/certificate|\/commands\/verify\/online\.ts$/;
    expect(loaded.filter((url) => ofNetwork.test(url))).toEqual([]);
  });

  it('are those of a store where a folder is audited', async () => {
    expect(ofServers(await loadedBy('audit', '--data', opened().folder.data))).not.toEqual([]);
  });
});
