import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSigner } from '../support/signing.ts';
import { type Ran } from '../support/stele.ts';
import { ROOT } from '../architecture/inspect.ts';
import { openUse, type PrintedEntry, type Use } from './use-fixture.ts';

let use: Use;
beforeAll(async () => {
  use = await openUse();
});
afterAll(() => use[Symbol.asyncDispose]());

const linesOf = ({ out }: Ran): readonly PrintedEntry[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { readonly entries: readonly PrintedEntry[] }).entries);

describe('stele tail', () => {
  it('prints what there is from an entry on, by each API, and only what matches', async () => {
    const signer = makeSigner();
    const files = ['t1', 't2', 't3'].map((name) => use.signed(name, 'P-256', signer)[0] ?? '');
    await use.run('upload', ...files, '--signature', '{}.sig', '--key', 't1.pub');
    const all = ['tail', '--from', '0', '--once', '--output', 'json'];
    for (const api of ['rekor-v1', 'tiles']) {
      const lines = linesOf(await use.run(...all, '--api', api));
      expect(lines.map(({ logIndex }) => logIndex)).toEqual([0, 1, 2, 3]);
    }
    const digest = createHash('sha256').update('artifact t2').digest('hex');
    expect(linesOf(await use.run(...all, '--match', `^sha256:${digest}$`))).toHaveLength(1);
    expect(linesOf(await use.run(...all, '--kind', 'intoto'))).toEqual([]);
    expect(await use.run('tail', '--once')).toMatchObject({ code: 0, out: '' });
    expect(await use.run('tail', '--match', '(')).toMatchObject({ code: 2, out: '' });
  });

  it('goes on with what comes in', async () => {
    const words = ['tail', '--interval', '1', '--output', 'json'];
    const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...words], {
      env: { ...use.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const seen: number[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { entries } = JSON.parse(line) as { readonly entries: readonly PrintedEntry[] };
      seen.push(...entries.map(({ logIndex }) => logIndex));
    });
    try {
      for (let sent = 0; seen.length < 2 && child.exitCode === null; sent += 1)
        await use.uploaded(...use.signed(`new-${sent}`)); // until it has begun to look
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    expect(seen).toEqual(seen.map((_, i) => (seen[0] ?? 0) + i));
    expect(seen.length).toBeGreaterThan(1);
  });
});
