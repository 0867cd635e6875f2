import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../../support/ask.ts';
import { auditLog, type Audited } from '../../support/audit.ts';
import { openRekorCheckpoint, rootOfPath } from '../../support/auditor.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { mixedSubmissions } from '../../support/mixed.ts';
import { type EntryValue, entryOf } from '../entry-answers.ts';
import { openEntry } from '../rekor-v2/answers.ts';
import { PREFIXES, serve } from './served.ts';

/** Three full tiles and some, with the entry that the log wrote itself. */
const SIZE = 3 * 256 + 43;

/** Kinds and versions of mixed submissions, and of entry 0. */
const KINDS = ['dsse 0.0.1', 'dsse 0.0.2', 'hashedrekord 0.0.1', 'hashedrekord 0.0.2', 'intoto 0.0.1', 'intoto 0.0.2'];

describe('a whole log with entries of both APIs, hashed again from what it serves', () => {
  let opened: TestLog;
  let asking: Asking;
  let vkey: string;
  let pem: string;
  let audits: readonly Audited[];
  /** Answers of both APIs, in the order of the submissions. */
  const answers: { readonly path: string; readonly text: string }[] = [];

  beforeAll(async () => {
    opened = await openTestLog();
    asking = await askOf(opened.app);
    [vkey, pem] = [(await asking.get('/vkey')).text, (await asking.get('/api/v1/log/publicKey')).text];
    const submissions = mixedSubmissions(SIZE - 1);
    for (let at = 0; at < submissions.length; at += 100) {
      const sent = submissions.slice(at, at + 100);
      const answered = await Promise.all(sent.map(({ path, body }) => asking.post(path, body)));
      answers.push(...answered.map(({ text }, i) => ({ path: sent[i]?.path ?? '', text })));
    }
    audits = await Promise.all(PREFIXES.map((prefix) => auditLog(asking, prefix, vkey)));
  });
  afterAll(async () => {
    await asking[Symbol.asyncDispose]();
    await opened.close();
  });

  it('has the root that the checkpoint signs, and in every tile the hashes that its entries make', () => {
    for (const { checkpoint, bodies, tiles } of audits) {
      expect([checkpoint.origin, checkpoint.size, bodies.length]).toEqual(['rekor.test', SIZE, SIZE]);
      expect(tiles).toEqual([
        { full: 3, partial: 1 },
        { full: 0, partial: 1 },
      ]);
    }
    const [first, second] = audits;
    expect(first?.leaves).toEqual(second?.leaves);
  });

  it('holds entries of every kind of both APIs', () => {
    const kinds = audits[0]?.bodies.map((body) => {
      const { kind, apiVersion } = JSON.parse(body.toString()) as { kind: string; apiVersion: string };
      return `${kind} ${apiVersion}`;
    });
    expect([...new Set(kinds)].toSorted()).toEqual(KINDS);
  });

  it('has the same root in the head of v1, under the other key', async () => {
    const { signedTreeHead, treeID, treeSize, rootHash } = JSON.parse((await asking.get('/api/v1/log')).text) as {
      readonly [name: string]: string | number;
    };
    const head = openRekorCheckpoint(String(signedTreeHead), 'rekor.test', pem);
    expect(head).toMatchObject({ origin: `rekor.test - ${treeID}`, size: SIZE, root: audits[0]?.checkpoint.root });
    expect([treeSize, rootHash]).toEqual([SIZE, head.root.toString('hex')]);
  });

  it('is what every answer of both APIs has proven when the entry was sent', () => {
    const { bodies = [], leaves = [] } = audits[0] ?? {};
    for (const { path, text } of answers) {
      const value = path === '/api/v2/log/entries' ? openEntry(text, vkey) : openV1(entryOf(text), pem, leaves);
      expect(value.body.equals(bodies[value.index] ?? Buffer.of())).toBe(true);
    }
    expect(answers).toHaveLength(SIZE - 1);
  });

  it('is what v1 proves of every entry under its newest head', async () => {
    const { bodies = [], leaves = [], checkpoint } = audits[0] ?? {};
    for (let from = 0; from < SIZE; from += 50) {
      const indexes = Array.from({ length: Math.min(50, SIZE - from) }, (_, i) => from + i);
      const read = await Promise.all(indexes.map((index) => asking.get(`/api/v1/log/entries?logIndex=${index}`)));
      for (const [i, { text }] of read.entries()) {
        const { index, body, root } = openV1(entryOf(text), pem, leaves);
        expect([index, body.equals(bodies[from + i] ?? Buffer.of())]).toEqual([from + i, true]);
        expect(root).toEqual(checkpoint?.root);
      }
    }
  });
});

/** Opens an entry of v1: id, promise, path and checkpoint have to hold. @throws Error */
function openV1([id, value]: readonly [string, EntryValue], pem: string, leaves: readonly Buffer[]) {
  const { body, integratedTime, logID, logIndex, verification } = value;
  const { checkpoint: note, hashes, rootHash, treeSize, logIndex: index } = verification.inclusionProof;
  const promise = JSON.stringify({ body, integratedTime, logID, logIndex }); // canonical as it stands: RFC 8785
  const timestamp = Buffer.from(verification.signedEntryTimestamp, 'base64');
  if (!verify('sha256', Buffer.from(promise), createPublicKey(pem), timestamp)) throw new Error('no promise');
  const leaf = leaves[index] ?? Buffer.of();
  if (!id.endsWith(leaf.toString('hex'))) throw new Error(`the id of ${index} is that of another leaf`);
  const root = rootOfPath(
    leaf,
    index,
    treeSize,
    hashes.map((hex) => Buffer.from(hex, 'hex')),
  );
  const head = openRekorCheckpoint(note, 'rekor.test', pem);
  if (root?.toString('hex') !== rootHash || !head.root.equals(root) || head.size !== treeSize)
    throw new Error(`the path of ${index} does not lead to the root that was signed`);
  return { index, body: Buffer.from(body, 'base64'), root };
}

describe('a log of more than 65,536 entries', () => {
  it('has full tiles at level 1, and one hash at level 2', async () => {
    await using served = await serve(65_536 + 256 + 7, 1_000_000);
    const { tiles, checkpoint } = await auditLog(served.asking, '', (await served.asking.get('/vkey')).text);
    expect(checkpoint.size).toBe(65_799);
    expect(tiles).toEqual([
      { full: 257, partial: 1 },
      { full: 1, partial: 1 },
      { full: 0, partial: 1 },
    ]);
  });
});
