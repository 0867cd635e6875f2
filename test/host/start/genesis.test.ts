import { createPublicKey, hash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../../base/bytes.ts';
import { unpackSearchKeys } from '../../../entries/search-key-list.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { verifyInclusion } from '../../../merkle/verify.ts';
import { genesisOf } from '../../../host/start/genesis.ts';
import { generateEphemeralKey } from '../../../host/keys/keys.ts';
import { askOf } from '../../support/ask.ts';
import { openTestLog } from '../../support/log.ts';

const rekor = generateEphemeralKey('rekor');
const c2sp = generateEphemeralKey('c2sp');
const identity = {
  treeId: '1234',
  origin: 'log.test',
  publicKeys: undefined,
  logId: rekor.id,
  c2spKeyId: c2sp.id,
  offset: 0,
  created: 1_700_000_000,
};

interface Body {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: {
    readonly data: { readonly hash: { readonly algorithm: string; readonly value: string } };
    readonly signature: { readonly content: string; readonly publicKey: { readonly content: string } };
  };
}

const read = (body: Uint8Array): Body => JSON.parse(Buffer.from(body).toString()) as Body;

describe('decision: entry 0 is the log itself', () => {
  it('is a hashedrekord over the genesis document, signed with the key of the log', async () => {
    const { document, entry } = await genesisOf(identity, rekor, c2sp);
    const { kind, apiVersion, spec } = read(entry.body);
    expect([kind, apiVersion]).toEqual(['hashedrekord', '0.0.1']);
    expect(spec.data.hash).toEqual({ algorithm: 'sha256', value: hash('sha256', document) });
    expect(Buffer.from(spec.signature.publicKey.content, 'base64').toString()).toBe(rekor.publicKey);
    const signature = Buffer.from(spec.signature.content, 'base64');
    expect(verify('sha256', Buffer.from(document), createPublicKey(rekor.publicKey), signature)).toBe(true);
    expect(toHex(entry.leafHash)).toBe(toHex(hashLeaf(entry.body)));
  });
  it('says who the log is, in canonical JSON', async () => {
    const { document } = await genesisOf(identity, rekor, c2sp);
    const members: unknown = JSON.parse(document);
    expect(members).toEqual({
      type: 'stele-birth',
      origin: 'log.test',
      treeID: '1234',
      created: 1_700_000_000,
      keys: { v1: rekor.publicKey, tile: c2sp.publicKey },
    });
    expect(document).toBe(`${canonicalize(members) ?? ''}\n`);
  });
  it('is found by the hash of its document and by the key', async () => {
    const { document, entry } = await genesisOf(identity, rekor, c2sp);
    const keys = unpackSearchKeys(entry.searchKeys.packed).map(({ text }) => text);
    expect(keys).toContain(`sha256:${hash('sha256', document)}`);
    expect(keys).toContain(hash('sha256', rekor.publicKey));
  });
});

describe('a log that begins', () => {
  it('writes entry 0, and keeps its document beside the log', async () => {
    const { app, log, folder, close } = await openTestLog();
    try {
      await using asking = await askOf(app);
      const document = readFileSync(join(folder, 'birth.json'), 'utf8');
      const entry = await log.byIndex(0);
      expect(entry && read(entry.body).spec.data.hash.value).toBe(hash('sha256', document));
      expect(entry && verifyInclusion(log.head(), entry.index, hashLeaf(entry.body), entry.proof)).toBe(true);
      const { keys, treeID } = JSON.parse(document) as { keys: { v1: string }; treeID: string };
      expect([keys.v1, treeID]).toEqual([(await asking.get('/api/v1/log/publicKey')).text, log.shard.treeId]);
      expect(log.head().size).toBe(1);
    } finally {
      await close();
    }
  });
  it('writes nothing with --genesis off', async () => {
    const { log, close } = await openTestLog(['--genesis', 'off']);
    expect([log.head().size, await log.byIndex(0)]).toEqual([0, undefined]);
    await close();
  });
  it('has keys and a tree id of its own', async () => {
    const [one, other] = [await openTestLog(), await openTestLog()];
    const bodies = await Promise.all([one, other].map(({ log }) => log.byIndex(0)));
    expect(one.log.shard.treeId).not.toBe(other.log.shard.treeId);
    expect(one.log.shard.logId).not.toBe(other.log.shard.logId);
    expect(equalBytes(bodies[0]?.leafHash ?? new Uint8Array(), bodies[1]?.leafHash ?? new Uint8Array())).toBe(false);
    expect(BigInt(one.log.shard.treeId) > 0n && BigInt(one.log.shard.treeId) < 2n ** 63n).toBe(true);
    await Promise.all([one.close(), other.close()]);
  });
});
