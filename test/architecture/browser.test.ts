import { generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { formatNote, parseNote } from '../../checkpoint/note.ts';
import { formatTlogProof } from '../../checkpoint/proof/tlog-proof.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { foldRange, foldRoot } from '../../merkle/fold.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { coveringNodes, inclusionPath } from '../../merkle/plan.ts';
import { type LeafRange, logIndex, type NodeHash, nodeHash, treeSize } from '../../merkle/types.ts';
import { testLog, testWitness } from '../checkpoint/signing.ts';
import { launchChromium } from '../support/chromium.ts';
import { ROOT } from './inspect.ts';
import { type Answer, type ProofQuestion, type Question } from './page.ts';

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
    keyId: new Uint8Array(4),
    signature: sign(undefined, Buffer.from(text), privateKey),
  };
  return {
    note: formatNote({ text, signatures: [signature] }),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex'),
    leaf: leaves[index] ?? '',
    index,
    proof: inclusionPath(
      logIndex(index),
      size,
      (level, at) => foldRange(nodes({ from: at * 2 ** level, to: (at + 1) * 2 ** level })),
      (from) => foldRange(nodes({ from, to: size })),
    ).map(toHex),
  };
}

describe('style §4: base, merkle and checkpoint run in a browser', () => {
  const running: { browser?: Browser } = {};
  beforeAll(async () => {
    running.browser = await launchChromium();
  });
  afterAll(() => running.browser?.close());

  it('verifies a proof and a signed note in Chromium, and refuses changed ones', async () => {
    const page = await (running.browser as Browser).newPage();
    await page.evaluate(await bundle("import './test/architecture/page.ts';"));
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

  it('verifies a proof file against a policy in Chromium, and refuses changed ones', async () => {
    const page = await (running.browser as Browser).newPage();
    await page.evaluate(await bundle("import './test/architecture/page.ts';"));
    const check = (asked: ProofQuestion): Promise<string> => page.evaluate((one) => globalThis.checkProof(one), asked);
    const [log, witness] = [testLog('log.example', 41), testWitness('witness.example', 42)];
    const { note, index, leaf, proof } = proven(['a', 'b', 'c', 'd', 'e', 'f', 'g'], 4);
    const { text } = parseNote(note);
    const file = formatTlogProof({
      index: logIndex(index),
      hashes: proof.map((hash) => nodeHash(Uint8Array.from(Buffer.from(hash, 'hex')))),
      note: { text, signatures: [log.sign(text), witness.cosign(text, 1_700_000_000)] },
    });
    const policy = `log ${formatVkey(log.key)}\nwitness w ${formatVkey(witness.key)}\nquorum w\n`;
    expect(await check({ file, leaf, policy })).toBe('cosigned by w');
    expect(await check({ file, leaf: 'x', policy })).toBe('entry-not-included');
    expect(await check({ file: file.replace(/.*witness.*\n/, ''), leaf, policy })).toBe('quorum-missing');
    expect(await check({ file: file.replace('\n7\n', '\n8\n'), leaf, policy })).toBe('note-signature-bad');
    expect(await check({ file: file.replace('@v1', '@v2'), leaf, policy })).toBe('tlog-proof-malformed');
    expect(await check({ file, leaf, policy: 'quorum w\n' })).toBe('policy-malformed');
  });

  it.each(['base', 'merkle', 'checkpoint', 'client', 'trust', 'api'])(
    'has a bundle of all files in %s',
    async (folder) => {
      const files = readdirSync(`${ROOT}/${folder}`, { encoding: 'utf8', recursive: true }).filter((name) =>
        name.endsWith('.ts'),
      );
      const bundled = await bundle(
        files.map((name, i) => `export * as part${i} from './${folder}/${name}';`).join('\n'),
      );
      expect(files.length).toBeGreaterThan(2);
      expect(bundled).not.toMatch(/\bBuffer\b|require\(|"node:/);
    },
  );

  const NODE_ONLY = ['entries/signatures/node-crypto.ts', 'entries/signatures/verifiers/node-ffi.ts'];

  it.each(NODE_ONLY)('has no bundle of %s, which needs Node', async (file) => {
    await expect(bundle(`import './${file}';`)).rejects.toThrow(/Could not resolve "node:/);
  });

  it('has a bundle of all signature checks but for the two modules that need Node', async () => {
    const files = readdirSync(`${ROOT}/entries/signatures`, { recursive: true, encoding: 'utf8' });
    const rest = files.filter((name) => name.endsWith('.ts') && !NODE_ONLY.includes(`entries/signatures/${name}`));
    const all = rest.map((name) => `import './entries/signatures/${name}';`).join('\n');
    expect(rest).toContain('verifiers/choose.ts');
    const bundled = await bundle(all, ['*/node-crypto.ts', '*/node-ffi.ts']);
    expect(bundled).not.toMatch(/\bBuffer\b|"node:/);
    await expect(bundle(all)).rejects.toThrow(/Could not resolve "node:/);
  });
});
