import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openNote,
  verifyCheckpoint,
  verifyConsistency,
  verifyCosignatures,
  verifyInclusion,
  verifyLogEntry,
  verifyRekorEntry,
  verifySet,
  verifyTlogProof,
} from '../../api/verify.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { formatNote, parseNote } from '../../checkpoint/note.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { testWitness } from '../checkpoint/signing.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog, type TestLog } from '../support/log.ts';

/* The functions of `stele/verify`, over what a real log answers; each is shown a change that it has to see. */

let opened: TestLog;
let asking: Asking;
let logKeys: readonly string[];
let answer: Readonly<Record<string, RekorEntry>>;
let before: { readonly size: number; readonly root: string };

interface RekorEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly hashes: readonly string[];
      readonly checkpoint: string;
    };
  };
}

beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  for (const artifact of ['a', 'b']) await asking.post('/api/v1/log/entries', hashedrekord(artifact));
  const head = JSON.parse(await text('/api/v1/log')) as { readonly treeSize: number; readonly rootHash: string };
  before = { size: head.treeSize, root: head.rootHash };
  answer = JSON.parse((await asking.post('/api/v1/log/entries', hashedrekord('c'))).text) as typeof answer;
  logKeys = [await text('/api/v1/log/publicKey'), await text('/vkey')];
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const text = async (path: string): Promise<string> => (await asking.get(path)).text;
const entry = (): RekorEntry => Object.values(answer)[0] as RekorEntry;
const bodyOf = ({ body }: RekorEntry): Uint8Array => Uint8Array.from(Buffer.from(body, 'base64'));

describe('stele/verify: trees', () => {
  it('verifyInclusion', () => {
    const { logIndex: index, treeSize: size, rootHash: root, hashes } = entry().verification.inclusionProof;
    const claim = { index, size, root, hashes, body: bodyOf(entry()) };
    expect(verifyInclusion(claim)).toEqual({ holds: true });
    const changes = [{ index: 0 }, { size: size + 1 }, { root: '00'.repeat(32) }, { hashes: [] }, { body: 'x' }];
    for (const change of changes) expect(verifyInclusion({ ...claim, ...change }).holds).toBe(false);
    const { body: _, ...bare } = claim;
    expect(verifyInclusion(bare)).toEqual({ holds: false, reason: 'neither body nor leafHash is there' });
    expect(verifyInclusion({ ...claim, root: 'no hash' })).toEqual({
      holds: false,
      reason: 'root is no hash of 32 bytes, or 64 lower-case hex digits',
    });
  });

  it('verifyConsistency', async () => {
    const { treeSize: size, rootHash: root } = entry().verification.inclusionProof;
    const { hashes } = JSON.parse(await text(`/api/v1/log/proof?firstSize=${before.size}&lastSize=${size}`)) as {
      readonly hashes: readonly string[];
    };
    expect(verifyConsistency({ from: before, to: { size, root }, hashes })).toEqual({ holds: true });
    expect(verifyConsistency({ from: { ...before, root }, to: { size, root }, hashes }).holds).toBe(false);
    expect(verifyConsistency({ from: { size: 0, root }, to: { size, root }, hashes: [] }).holds).toBe(false);
  });
});

describe('stele/verify: notes', () => {
  it('verifyCheckpoint, of both APIs', async () => {
    const note = await text('/checkpoint');
    expect(verifyCheckpoint(note, { logKeys })).toMatchObject({ holds: true, origin: 'rekor.test', size: 4 });
    const { checkpoint } = entry().verification.inclusionProof;
    expect(verifyCheckpoint(checkpoint, { logKeys })).toMatchObject({ holds: true, size: 4 });
    expect(verifyCheckpoint(note.replace('\n4\n', '\n5\n'), { logKeys }).holds).toBe(false);
    expect(verifyCheckpoint(note, { logKeys: logKeys.slice(0, 1) }).holds).toBe(false);
    expect(verifyCheckpoint(note, {}).holds).toBe(false);
  });

  it('openNote and verifyCosignatures count a witness only where it has cosigned', async () => {
    const note = await text('/checkpoint');
    const [log = '', witness] = [logKeys[1]?.trim(), testWitness('witness.test', 7)];
    const { text: signed, signatures } = parseNote(note);
    const cosigned = formatNote({ text: signed, signatures: [...signatures, witness.cosign(signed, 1_700_000_000)] });
    const policy = `log ${log}\nwitness w ${formatVkey(witness.key)}\nquorum w\n`;
    expect(verifyCosignatures(cosigned, policy)).toMatchObject({ holds: true, cosigners: ['w'], size: 4 });
    expect(verifyCosignatures(note, policy).holds).toBe(false);
    expect(openNote(cosigned, [log, formatVkey(witness.key)])).toEqual({
      holds: true,
      text: signed,
      signers: ['rekor.test', 'witness.test'],
    });
    expect(openNote(note, formatVkey(witness.key)).holds).toBe(false);
    expect(openNote(note, []).holds).toBe(false);
  });

  it('verifyTlogProof, by keys and by a policy', async () => {
    const file = await text('/api/v2/log/proof/3');
    const body = bodyOf(entry());
    const policy = `log ${logKeys[1]?.trim()}\nquorum none\n`;
    for (const trust of [{ logKeys }, { policy }])
      expect(verifyTlogProof(file, body, trust)).toMatchObject({ holds: true, index: 3, size: 4 });
    expect(verifyTlogProof(file, body.subarray(1), { logKeys }).holds).toBe(false);
    expect(verifyTlogProof(file, body, { policy: 'quorum none\n' }).holds).toBe(false);
    expect(verifyTlogProof(file, body, {}).holds).toBe(false);
  });
});

describe('stele/verify: entries', () => {
  it('verifySet', () => {
    const { integratedTime, logID, logIndex, verification } = entry();
    const promised = { body: bodyOf(entry()), integratedTime, logID, logIndex };
    const timestamp = Uint8Array.from(Buffer.from(verification.signedEntryTimestamp, 'base64'));
    expect(verifySet(promised, timestamp, { logKeys })).toEqual({ holds: true });
    expect(verifySet({ ...promised, logIndex: logIndex + 1 }, timestamp, { logKeys }).holds).toBe(false);
    expect(verifySet(promised, timestamp, { logKeys: logKeys.slice(1) }).holds).toBe(false);
  });

  it('verifyRekorEntry', () => {
    expect(verifyRekorEntry(answer, { logKeys })).toMatchObject({ holds: true, index: 3, size: 4 });
    const [id = ''] = Object.keys(answer);
    const other = { ...entry(), integratedTime: entry().integratedTime + 1 };
    expect(verifyRekorEntry({ [id]: other }, { logKeys }).holds).toBe(false);
    expect(verifyRekorEntry({}, { logKeys }).holds).toBe(false);
    expect(verifyRekorEntry({ ...answer, more: entry() }, { logKeys }).holds).toBe(false);
  });

  it('verifyLogEntry', async () => {
    const { logIndex: index, hashes } = entry().verification.inclusionProof;
    const note = await text('/checkpoint');
    const { size, root: rootHash } = verifyCheckpoint(note, { logKeys }) as unknown as { size: number; root: string };
    const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
    const root = JSON.parse(await text('/trusted_root.json')) as { tlogs: { logId: { keyId: string } }[] };
    const value = {
      logIndex: String(index),
      logId: root.tlogs[1]?.logId,
      inclusionProof: {
        logIndex: String(index),
        treeSize: String(size),
        rootHash: base64(rootHash),
        hashes: hashes.map(base64),
        checkpoint: { envelope: note },
      },
      canonicalizedBody: entry().body,
    };
    expect(verifyLogEntry(value, { logKeys })).toMatchObject({ holds: true, index: 3 });
    expect(verifyLogEntry({ ...value, logIndex: '2' }, { logKeys }).holds).toBe(false);
    const logId = { keyId: base64('00'.repeat(32)) };
    expect(verifyLogEntry({ ...value, logId }, { trustedRoot: root }).holds).toBe(false);
  });
});
