import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseHex } from '../../base/bytes.ts';
import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { keyId, SIGNATURE_TYPE, verifierKey } from '../../checkpoint/key.ts';
import { formatNote } from '../../checkpoint/note.ts';
import { type Fork, formatEvidence, parseEvidence } from '../../client/evidence/evidence.ts';
import { verifyEvidence } from '../../client/evidence/verify.ts';
import { parseLogKeys } from '../../client/key-text.ts';
import type { TrustedKey } from '../../client/trusted-keys.ts';
import { ecdsaHolds } from '../../entries/signatures/node-crypto.ts';
import { nodeHash, type RootHash, treeSize } from '../../merkle/types.ts';
import { IndependentLog } from '../support/independent-log.ts';
import { referenceConsistency, referenceRoot } from '../support/reference-tree.ts';
import { reasonOf } from '../support/verdicts.ts';

const ecdsa = (spki: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean =>
  ecdsaHolds('sha256', text, spki, signature, 'der');

/** A log with two histories that have their first 20 entries in common. */
interface ForkedLog {
  readonly origin: string;
  readonly keys: readonly TrustedKey[];
  note(size: number, branch: string): string;
  root(size: number, branch: string): string;
  consistency(old: number, size: number, branch: string): readonly string[];
}

const COMMON_ENTRIES = 20;

function c2spLog(): ForkedLog {
  const log = new IndependentLog('log.test', COMMON_ENTRIES);
  return {
    origin: log.origin,
    keys: parseLogKeys(log.vkey),
    note: (size, branch) => log.note(size, branch),
    root: (size, branch) => log.root(size, branch),
    consistency: (old, size, branch) =>
      log
        .proof({ old, size }, branch)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => Buffer.from(line, 'base64').toString('hex')),
  };
}

const leaves = (branch: string): readonly Buffer[] =>
  Array.from({ length: 200 }, (_, i) => Buffer.from(`${i < COMMON_ENTRIES ? '' : branch} ${i}`));
const LEAVES: Readonly<Record<string, readonly Buffer[]>> = { a: leaves('a'), b: leaves('b') };
const leavesOf = (branch: string): readonly Buffer[] => LEAVES[branch] ?? [];

function rekorLog(): ForkedLog {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const [name, origin] = ['rekor.test', 'rekor.test - 1193050959916656506'];
  const id = keyId(verifierKey(name, SIGNATURE_TYPE.ecdsa, spki));
  const root = (size: number, branch: string): string => referenceRoot(leavesOf(branch), size);
  return {
    origin,
    keys: parseLogKeys(publicKey.export({ type: 'spki', format: 'pem' })),
    root,
    note: (size, branch) => {
      const text = formatCheckpoint({ origin, size: treeSize(size), root: hashOf(root(size, branch)) });
      const signature = sign('sha256', Buffer.from(text), privateKey);
      return formatNote({ text, signatures: [{ name, keyId: id, signature }] });
    },
    consistency: (old, size, branch) => referenceConsistency(leavesOf(branch), old, size),
  };
}

const hashOf = (hex: string): RootHash => nodeHash(parseHex(hex, 32) ?? new Uint8Array()) as RootHash;

function twoRoots(log: ForkedLog, size: number): Fork {
  return { kind: 'two-roots', origin: log.origin, heads: [log.note(size, 'a'), log.note(size, 'b')] };
}

function otherBeginning(log: ForkedLog, small: number, large: number): Fork {
  const hashes = log.consistency(small, large, 'b').map(hashOf);
  const heads = [log.note(small, 'a'), log.note(large, 'b')] as const;
  const beginning = { root: hashOf(log.root(small, 'b')), hashes };
  return { kind: 'other-beginning', origin: log.origin, heads, beginning };
}

describe.each([
  ['C2SP, Ed25519', c2spLog()],
  ['Rekor v1, ECDSA', rekorLog()],
])('fork evidence against a log of %s', (_, log) => {
  const judged = (fork: Fork, keys = log.keys) => verifyEvidence(parseEvidence(formatEvidence([fork])), keys, ecdsa);

  it('convicts by two heads of one size with different roots', () => {
    const verdict = judged(twoRoots(log, 33));
    expect(verdict).toMatchObject({ convictions: [{ kind: 'two-roots', heads: [{ size: 33 }, { size: 33 }] }] });
  });

  it('convicts by a proof that the larger tree begins otherwise, for every size beyond the fork', () => {
    for (let small = COMMON_ENTRIES + 1; small < 70; small += 1)
      for (const large of [small + 1, 64, 70, 199].filter((size) => size > small)) {
        const verdict = judged(otherBeginning(log, small, large));
        expect([small, large, reasonOf(verdict)]).toEqual([small, large, undefined]);
      }
  });

  it('does not convict a log that has only grown', () => {
    expect(reasonOf(judged(twoRoots(log, COMMON_ENTRIES)))).toBe('both heads are of the same tree');
    expect(reasonOf(judged(otherBeginning(log, COMMON_ENTRIES, 50)))).toMatch(
      /begins with the smaller one, as it should$/,
    );
    const sizes: Fork = { ...twoRoots(log, 30), heads: [log.note(30, 'a'), log.note(31, 'a')] };
    expect(reasonOf(judged(sizes))).toMatch(/^the heads are of 30 and 31 entries/);
  });

  it('does not convict by another root with the honest proof, nor by a proof of another size', () => {
    const good = otherBeginning(log, 37, 90);
    if (good.kind !== 'other-beginning') throw new Error('of the other kind');
    const beginning = { ...good.beginning, root: hashOf('11'.repeat(32)) };
    expect(reasonOf(judged({ ...good, beginning }))).toMatch(/^the consistency proof does not lead/);
    const hashes = good.beginning.hashes.slice(1);
    expect(reasonOf(judged({ ...good, beginning: { ...good.beginning, hashes } }))).toMatch(/^the consistency proof/);
    expect(reasonOf(judged({ ...good, heads: [good.heads[1], good.heads[0]] }))).toMatch(/it has to have more$/);
  });

  it('needs both heads signed by one and the same key', () => {
    const evidence = twoRoots(log, 33);
    const [first, second] = evidence.heads;
    for (const heads of [[first.replace('\n33\n', '\n34\n'), second] as const, [first, second.slice(0, -9)] as const])
      expect(reasonOf(judged({ ...evidence, heads }))).toMatch(/^the (first|second) head does not hold: /);
    expect(reasonOf(judged(evidence, []))).toMatch(/^none of its heads is signed by a key/);
    const other = rekorLog();
    expect(reasonOf(judged(evidence, other.keys))).toMatch(/^none of its heads is signed by a key/);
    expect(judged(evidence, [...other.keys, ...log.keys])).toMatchObject({ convictions: [{ key: log.keys[0] }] });
  });

  it('names the log: heads of other origins convict nobody', () => {
    expect(reasonOf(judged({ ...twoRoots(log, 33), origin: 'other.test' }))).toMatch(/and not of other\.test$/);
  });
});

it('two logs that sign under one name do not convict each other, though both keys are trusted', () => {
  const [one, another] = [rekorLog(), rekorLog()];
  const heads = [one.note(33, 'a'), another.note(33, 'b')] as const;
  const verdict = verifyEvidence([{ ...twoRoots(one, 33), heads }], [...one.keys, ...another.keys], ecdsa);
  expect(reasonOf(verdict)).toMatch(/head does not hold/);
});

it('a file with a fork for each key of a log convicts by either key, and by neither if its own fork is changed', () => {
  const [one, another] = [rekorLog(), c2spLog()];
  const forks = [twoRoots(one, 33), otherBeginning(another, 30, 40)];
  for (const log of [one, another])
    expect(verifyEvidence(forks, log.keys, ecdsa)).toMatchObject({ convictions: [{ key: log.keys[0] }] });
  expect(verifyEvidence(forks, [...one.keys, ...another.keys], ecdsa)).toMatchObject({ convictions: { length: 2 } });
  const changed = [twoRoots(one, COMMON_ENTRIES), otherBeginning(another, 30, 40)];
  expect(verifyEvidence(changed, one.keys, ecdsa)).toMatchObject({ holds: false });
  expect(verifyEvidence(changed, another.keys, ecdsa)).toMatchObject({ holds: true });
  expect(verifyEvidence(changed, [...one.keys, ...another.keys], ecdsa)).toMatchObject({ holds: false });
});

describe('the file of fork evidence', () => {
  const text = formatEvidence([otherBeginning(c2spLog(), 37, 90)]);
  const whole = JSON.parse(text) as { readonly forks: readonly [Readonly<Record<string, unknown>>] };
  const [fork] = whole.forks;
  const withFork = (members: object): string => JSON.stringify({ ...whole, forks: [members] });
  const without = (members: object, name: string): object =>
    Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));

  it('is read as it was written', () => {
    expect(formatEvidence(parseEvidence(text))).toBe(text);
  });

  it.each([
    ['text', 'no JSON'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['an entry of Rekor', '{"kind":"hashedrekord"}'],
    ...Object.keys(whole).map((name) => [`evidence without ${name}`, JSON.stringify(without(whole, name))]),
    ...Object.keys(fork).map((name) => [`a fork without ${name}`, withFork(without(fork, name))]),
    ['a later version', JSON.stringify({ ...whole, version: 2 })],
    ['no fork', JSON.stringify({ ...whole, forks: [] })],
    ['seventeen forks', JSON.stringify({ ...whole, forks: Array.from({ length: 17 }, () => fork) })],
    ['another kind', withFork({ ...fork, kind: 'rollback' })],
    ['three heads', withFork({ ...fork, heads: ['', '', ''] })],
    [
      'a proof of 64 hashes',
      withFork({
        ...fork,
        beginning: { rootHash: '00'.repeat(32), hashes: Array.from({ length: 64 }, () => '00'.repeat(32)) },
      }),
    ],
    ['a long text', ' '.repeat(2_000_000)],
  ])('%s is refused as malformed', (_what, wrong) => {
    expect(() => parseEvidence(wrong)).toThrow(expect.objectContaining({ code: 'evidence-malformed' }));
  });
});
