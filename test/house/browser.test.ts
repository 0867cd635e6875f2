import { generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatNote } from '../../checkpoint/note.ts';
import { foldProof, foldRange, foldRoot } from '../../merkle/fold.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { coveringNodes, inclusionRanges } from '../../merkle/plan.ts';
import { type LeafRange, logIndex, type NodeHash, treeSize } from '../../merkle/types.ts';
import { launchChromium } from '../support/chromium.ts';
import { ROOT } from './inspect.ts';
import { type Answer, type Question } from './page.ts';

/** @param external - files that the bundle does without */
function bundle(contents: string, external: string[] = []): Promise<string> {
  const stdin = { contents, resolveDir: ROOT, loader: 'ts' as const };
  const options = {
    stdin,
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    logLevel: 'silent',
    external,
  } as const;
  return build(options).then(({ outputFiles }) => outputFiles.map(({ text }) => text).join('\n'));
}

/** A proof of `index` in a tree of `leaves`, under a note signed with a fresh key. */
function proven(leaves: readonly string[], index: number): Question {
  const hashes = leaves.map((leaf) => hashLeaf(new TextEncoder().encode(leaf)));
  const nodes = (range: LeafRange): readonly NodeHash[] =>
    coveringNodes(range).map((node) =>
      foldRange(hashes.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level)),
    );
  const size = treeSize(leaves.length);
  const text = formatCheckpoint({ origin: 'log.example', size, root: foldRoot(nodes({ from: 0, to: size })) });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signature = {
    name: 'log.example',
    hint: new Uint8Array(4),
    signature: sign(undefined, Buffer.from(text), privateKey),
  };
  return {
    note: formatNote({ text, signatures: [signature] }),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex'),
    leaf: leaves[index] ?? '',
    index,
    proof: foldProof(inclusionRanges(logIndex(index), size), inclusionRanges(logIndex(index), size).flatMap(nodes)).map(
      toHex,
    ),
  };
}

describe('architecture §3: floors 1 to 3 run in a browser', () => {
  const running: { browser?: Browser } = {};
  beforeAll(async () => {
    running.browser = await launchChromium();
  });
  afterAll(() => running.browser?.close());

  it('verifies a proof and a signed note in Chromium, and refuses changed ones', async () => {
    const page = await (running.browser as Browser).newPage();
    await page.evaluate(await bundle("import './test/house/page.ts';"));
    const check = (question: Question): Promise<Answer> => page.evaluate((asked) => globalThis.check(asked), question);
    const good = proven(['a', 'b', 'c', 'd', 'e', 'f', 'g'], 4);
    expect(await check(good)).toStrictEqual({ signed: true, included: true });
    expect(await check({ ...good, leaf: 'x' })).toStrictEqual({ signed: true, included: false });
    expect(await check({ ...good, index: 5 })).toStrictEqual({ signed: true, included: false });
    expect(await check({ ...good, note: good.note.replace('log.example\n', 'log.exampl3\n') })).toStrictEqual({
      signed: false,
      included: true,
    });
  });

  it.each(['base', 'merkle', 'checkpoint'])('has a bundle of all files in %s', async (folder) => {
    const files = readdirSync(`${ROOT}/${folder}`).filter((name) => name.endsWith('.ts'));
    const bundled = await bundle(
      files.map((name) => `import './${folder}/${name}'; export * from './${folder}/${name}';`).join('\n'),
    );
    expect(files.length).toBeGreaterThan(2);
    expect(bundled).not.toMatch(/\bBuffer\b|require\(|"node:/);
  });

  const DOORS = ['entries/signatures/node-crypto.ts', 'entries/signatures/verifiers/node-ffi.ts'];

  it.each(DOORS)('has no bundle of %s, which needs Node', async (door) => {
    await expect(bundle(`import './${door}';`)).rejects.toThrow(/Could not resolve "node:/);
  });

  it('has a bundle of all signature checks but for the doors that they go through', async () => {
    const files = readdirSync(`${ROOT}/entries/signatures`, { recursive: true, encoding: 'utf8' });
    const rest = files.filter((name) => name.endsWith('.ts') && !DOORS.includes(`entries/signatures/${name}`));
    const all = rest.map((name) => `import './entries/signatures/${name}';`).join('\n');
    expect(rest).toContain('verifiers/choose.ts');
    const bundled = await bundle(all, ['*/node-crypto.ts', '*/node-ffi.ts']);
    expect(bundled).not.toMatch(/\bBuffer\b|"node:/);
    await expect(bundle(all)).rejects.toThrow(/Could not resolve "node:/);
  });
});
