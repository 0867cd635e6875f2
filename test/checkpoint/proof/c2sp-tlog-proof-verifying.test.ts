import { readFileSync } from 'node:fs';
import { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js';
import { LogCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { formatCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { BadSignature, MalformedNote, UnverifiedNote } from '../../../checkpoint/failures.ts';
import { logKey } from '../../../checkpoint/key.ts';
import { type NoteSignature, parseNote } from '../../../checkpoint/note.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { type Policy, knownLogs } from '../../../checkpoint/policy/policy.ts';
import { MalformedProof, NotIncluded, QuorumMissing, UnknownOrigin } from '../../../checkpoint/proof/failures.ts';
import { type TlogProof, formatTlogProof, parseTlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import { type Proven, verifyTlogProof } from '../../../checkpoint/proof/verify.ts';
import { type KnownLogs, type Verifier, logVerifier } from '../../../checkpoint/verify.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { type LeafHash, logIndex, nodeHash } from '../../../merkle/types.ts';
import {
  COSIGNED_AT,
  LOG,
  LOG_LINE,
  TEXT,
  WITNESS,
  WITNESS_LINE,
  ecdsa,
  flipped,
  testLog,
  testWitness,
  thrownBy,
} from '../signing.ts';
import { LEAVES, checkpointOf, inclusion } from '../trees.ts';

const SECOND = testWitness('second.example.test', 31);
const STRANGER = testLog('stranger.example.test', 32);
const POLICY = parsePolicy(
  utf8(
    `log ${formatVkey(LOG.key)}\nwitness a ${formatVkey(WITNESS.key)}\nwitness b ${formatVkey(SECOND.key)}\n` +
      'group g any a b\nquorum g\n',
  ),
);
const NO_QUORUM: Policy = { ...POLICY, quorum: undefined };
const leafOf = (index: number): LeafHash => hashLeaf(LEAVES[index] as Uint8Array);

/** A proof of leaf 4 of 20, cosigned by the first witness, as it is after writing and reading. */
function proofOf(sign: (text: string) => readonly NoteSignature[], size = 20, origin = 'log.example.test'): TlogProof {
  const text = formatCheckpoint(checkpointOf(origin, size));
  const proof = { index: logIndex(4), hashes: inclusion(4, size), note: { text, signatures: sign(text) } };
  return parseTlogProof(formatTlogProof(proof));
}
const both = (text: string): readonly NoteSignature[] => [LOG.sign(text), WITNESS.cosign(text, COSIGNED_AT)];
const check = (proof: TlogProof, policy = POLICY, logs: KnownLogs = knownLogs(policy), leaf = leafOf(4)): Proven =>
  verifyTlogProof(proof, leaf, logs, policy);

describe('tlog-proof: verifying', () => {
  it('the tree of the appendix', () => {
    const b = nodeHash(
      Uint8Array.from(Buffer.from('57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31', 'hex')),
    );
    const proof = { index: logIndex(0), hashes: [b], note: parseNote(`${TEXT}\n${LOG_LINE}${WITNESS_LINE}`) };
    const { checkpoint, cosigners } = verifyTlogProof(proof, hashLeaf(utf8('a')), knownLogs(POLICY), POLICY);
    expect([checkpoint.origin, checkpoint.size, [...cosigners]]).toEqual(['log.example.test', 2, ['a']]);
    expect(() => verifyTlogProof(proof, hashLeaf(utf8('b')), knownLogs(POLICY), POLICY)).toThrow(NotIncluded);
  });
  it('every leaf of every tree to 20', () => {
    const wrong: string[] = [];
    for (let size = 1; size <= 20; size += 1) {
      const text = formatCheckpoint(checkpointOf('log.example.test', size));
      const note = { text, signatures: [LOG.sign(text)] };
      const logs: KnownLogs = new Map([['log.example.test', [{ ...LOG.verifier, verify: () => true }]]]);
      for (let index = 0; index < size; index += 1) {
        const proof = { index: logIndex(index), hashes: inclusion(index, size), note };
        const isProven = (one: TlogProof, leaf: LeafHash): boolean =>
          thrownBy(() => check(one, NO_QUORUM, logs, leaf)) === undefined;
        if (!isProven(proof, leafOf(index))) wrong.push(`${index} of ${size}`);
        if (isProven(proof, leafOf(index + 1))) wrong.push(`${index + 1} as ${index} of ${size}`);
        if (isProven({ ...proof, index: logIndex(index + 1) }, leafOf(index)))
          wrong.push(`${index} as ${index + 1} of ${size}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('says who has cosigned, by the names of the policy', () => {
    expect([...check(proofOf(both)).cosigners]).toEqual(['a']);
    const three = (text: string): readonly NoteSignature[] => [SECOND.cosign(text, 1), ...both(text)];
    expect([...check(proofOf(three)).cosigners]).toEqual(['a', 'b']);
  });
  it('times are not looked at', () => {
    const late = (text: string): readonly NoteSignature[] => [LOG.sign(text), WITNESS.cosign(text, 2 ** 53 - 1)];
    expect(check(proofOf(late)).checkpoint.size).toBe(20);
  });
  it('extra data are not looked at', () => {
    expect(check({ ...proofOf(both), extra: Uint8Array.of(1, 2, 3) }).checkpoint.size).toBe(20);
  });

  const bad = (text: string): NoteSignature => ({ ...LOG.sign(text), signature: STRANGER.sign(text).signature });
  const forged = (text: string): NoteSignature => ({
    ...WITNESS.cosign(text, 1),
    signature: SECOND.cosign(text, 1).signature,
  });
  const refused: readonly (readonly [string, TlogProof, new (message: string) => Error])[] = [
    ['another origin', proofOf(both, 20, 'log.example.tset'), UnknownOrigin],
    [
      'the log’s key under the stranger’s origin',
      proofOf((text) => [STRANGER.sign(text), ...both(text)], 20, 'stranger.example.test'),
      UnknownOrigin,
    ],
    ['no signature of the log', proofOf((text) => [WITNESS.cosign(text, 1)]), UnverifiedNote],
    ['a stranger’s signature', proofOf((text) => [STRANGER.sign(text), WITNESS.cosign(text, 1)]), UnverifiedNote],
    ['a bad signature of the log', proofOf((text) => [bad(text), WITNESS.cosign(text, 1)]), BadSignature],
    ['no cosignature', proofOf((text) => [LOG.sign(text)]), QuorumMissing],
    [
      'a cosignature by a stranger',
      proofOf((text) => [LOG.sign(text), testWitness('c', 33).cosign(text, 1)]),
      QuorumMissing,
    ],
    [
      'a bad cosignature beside a good one',
      proofOf((text) => [LOG.sign(text), forged(text), SECOND.cosign(text, 1)]),
      BadSignature,
    ],
    ['another index', { ...proofOf(both), index: logIndex(5) }, NotIncluded],
    ['an index beyond the tree', { ...proofOf(both), index: logIndex(20) }, NotIncluded],
    ['a hash less', { ...proofOf(both), hashes: inclusion(4, 20).slice(1) }, NotIncluded],
    ['a hash more', { ...proofOf(both), hashes: [...inclusion(4, 20), nodeHash(new Uint8Array(32))] }, NotIncluded],
    ['hashes in another order', { ...proofOf(both), hashes: inclusion(4, 20).toReversed() }, NotIncluded],
    ['the hashes of another tree', { ...proofOf(both), hashes: inclusion(4, 21) }, NotIncluded],
    [
      'a note that is no checkpoint',
      { ...proofOf(both), note: { text: 'a\n', signatures: both('a\n') } },
      MalformedNote,
    ],
  ];
  it.each(refused)('refuses %s', (_what, proof, failure) => {
    expect(() => check(proof)).toThrow(failure);
  });
  it('refuses another leaf', () => {
    expect(() => check(proofOf(both), POLICY, knownLogs(POLICY), leafOf(5))).toThrow(NotIncluded);
  });
  it('without a quorum to meet, no cosignature is needed', () => {
    expect(
      check(
        proofOf((text) => [LOG.sign(text)]),
        NO_QUORUM,
      ).cosigners.size,
    ).toBe(0);
  });
  it('logs may be known from elsewhere than the policy', () => {
    const policy: Policy = { ...POLICY, logs: [] };
    expect(() => check(proofOf(both), policy)).toThrow(UnknownOrigin);
    expect(check(proofOf(both), policy, new Map([['log.example.test', [LOG.verifier]]])).checkpoint.size).toBe(20);
  });
  it('a flipped bit in any byte of the file leaves no proof', () => {
    const file = utf8(formatTlogProof(proofOf(both)));
    const named = [
      MalformedProof,
      MalformedNote,
      UnknownOrigin,
      BadSignature,
      UnverifiedNote,
      QuorumMissing,
      NotIncluded,
    ];
    const some = flipped(file).filter((_bytes, bit) => bit % 8 === Math.floor(bit / 8) % 8); // one of each byte
    const passed = some.filter((bytes) => {
      const thrown = thrownBy(() => check(parseTlogProof(bytes)));
      return !named.some((kind) => thrown instanceof kind);
    });
    expect(passed).toEqual([]);
  });
});

interface Entry {
  readonly logIndex: string;
  readonly canonicalizedBody: string;
  readonly inclusionProof: {
    readonly logIndex: string;
    readonly hashes: readonly string[];
    readonly checkpoint: { readonly envelope: string };
  };
}

interface Bundle {
  readonly verificationMaterial: { readonly tlogEntries: readonly Entry[] };
}

describe('tlog-proof: entries of the real Rekor, as proofs', () => {
  /** The key in Sigstore's trusted root for its public instance. */
  const spki = Buffer.from(
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwrkBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==',
    'base64',
  );
  const rekor = logVerifier(logKey('rekor.sigstore.dev', spki), ecdsa) as Verifier;
  const trees = ['1193050959916656506', '2605736670972794746'];
  const logs: KnownLogs = new Map(trees.map((tree) => [`rekor.sigstore.dev - ${tree}`, [rekor]]));

  it.each(['oci-attestation', 'sigstore-js-provenance'])('%s', (name) => {
    const path = new URL(`../../vectors/rekor/bundles/${name}.sigstore.json`, import.meta.url);
    const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle;
    const entries = bundle.verificationMaterial.tlogEntries;
    expect(entries.length).toBeGreaterThan(0);
    for (const { canonicalizedBody, inclusionProof } of entries) {
      const proof: TlogProof = {
        index: logIndex(Number(inclusionProof.logIndex)),
        hashes: inclusionProof.hashes.map((hash) => nodeHash(Uint8Array.from(Buffer.from(hash, 'base64')))),
        note: parseNote(inclusionProof.checkpoint.envelope),
      };
      const body = Buffer.from(canonicalizedBody, 'base64');
      const read = parseTlogProof(formatTlogProof(proof));
      expect(verifyTlogProof(read, hashLeaf(body), logs, NO_QUORUM).checkpoint.size).toBeGreaterThan(proof.index);
      expect(() => verifyTlogProof(read, hashLeaf(body.subarray(1)), logs, NO_QUORUM)).toThrow(NotIncluded);
    }
  });
});

describe('tlog-proof: our proofs, as the client of Sigstore reads them', () => {
  const asEntry = ({ index, hashes }: TlogProof, body: Uint8Array) =>
    ({
      canonicalizedBody: Buffer.from(body),
      inclusionProof: { logIndex: String(index), hashes: hashes.map((hash) => Buffer.from(hash)) },
    }) as unknown as Parameters<typeof verifyMerkleInclusion>[0];

  it('it finds the entry where we say it is, and not elsewhere', () => {
    const proof = proofOf(both);
    const checkpoint = LogCheckpoint.fromString(proof.note.text);
    expect(() => verifyMerkleInclusion(asEntry(proof, LEAVES[4] as Uint8Array), checkpoint)).not.toThrow();
    expect(() => verifyMerkleInclusion(asEntry(proof, LEAVES[5] as Uint8Array), checkpoint)).toThrow(/inclusion proof/);
  });
});
