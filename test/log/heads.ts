import { createHash } from 'node:crypto';
import { ShardSigner } from '../../log/signers/shard-signer.ts';
import type { Shard } from '../../log/signers/shard.ts';
import { type RootHash, nodeHash, treeSize } from '../../merkle/types.ts';
import { c2spKeyOf } from '../../host/keys/keys.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';
import type { StoredHead } from '../../storage/heads.ts';
import { EXPECTED_IDENTITY, KEY, C2SP_KEY } from './log-fixture.ts';

/** Signed heads that no tree stands behind, for what decides when heads are shown: it looks into none. */
const SHARD: Shard = {
  treeId: '1234567890123456789',
  offset: 0,
  origin: EXPECTED_IDENTITY.origin,
  logId: KEY.id,
  publicKey: KEY.publicKey,
  c2spKey: c2spKeyOf(EXPECTED_IDENTITY.origin, C2SP_KEY.publicKey),
};

export const SIGNER = new ShardSigner(SHARD, { rekor: KEY.signer, c2sp: C2SP_KEY.signer });

export async function signedHead(size: number, awaits: boolean): Promise<StoredHead> {
  const root = nodeHash(createHash('sha256').update(`root ${size}`).digest()) as RootHash;
  const head = { size: treeSize(size), root };
  const { signatures } = await SIGNER.sign(head, []);
  return { ...head, at: 1_700_000_000 + size, signatures, awaitsCosignatures: awaits };
}

/** Makes a cosignature that is never verified: `word` tells one from another. */
export function said(name: string, size: number, word = 0): StoredCosignature {
  const keyId = createHash('sha256').update(name).digest().subarray(0, 4);
  return { size: treeSize(size), name, keyId, signature: new Uint8Array(72).fill(word) };
}

/** Names and first bytes of the lines below the note, the log's own left out. */
export function cosignersOf(note: string | undefined): readonly string[] {
  const [own, ...lines] = (note ?? '').slice((note ?? '').lastIndexOf('\n\n') + 2, -1).split('\n');
  if (own?.startsWith(`\u2014 ${EXPECTED_IDENTITY.origin} `) !== true)
    throw new Error(`not the log's own line first: ${note}`);
  return lines.map((line) => {
    const [, name, encoded = ''] = line.split(' ');
    return `${name}/${Buffer.from(encoded, 'base64')[4]}`;
  });
}
