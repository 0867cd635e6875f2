import { equalBytes, parseHex } from '../../../base/bytes.ts';
import { FalseAnswer } from '../../../client/http/failures.ts';
import { type Discovery, shardKeys } from '../../../client/http/probe.ts';
import { readJson, readText } from '../../../client/http/transport.ts';
import { parseLogKeys } from '../../../client/key-text.ts';
import { openTrusted, type TrustedKey } from '../../../client/trusted-keys.ts';
import { trustedRootKeys } from '../../../client/trusted-root.ts';
import { formatNote } from '../../../checkpoint/note.ts';
import { parseTlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import type { LeafHash } from '../../../merkle/types.ts';
import { verifyInclusion } from '../../../merkle/verify.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { acceptNewest, type Check } from './checks.ts';
import type { TrustedLog } from './trusted-log.ts';

/** `GET /checkpoint`: the newest head of the tiles. */
export const checkCheckpoint: Check = async ({ log, answer, sizes }) => {
  await acceptNewest(log, await log.readingAnswer(answer).tiles.head(), sizes);
};

/** `GET /api/v2/log/proof/{entry}`: c2sp.org/tlog-proof. */
export const checkProofFile: Check = async ({ log, url, answer }) => {
  const { index, hashes, note } = parseTlogProof(readText(answer));
  const opened = openTrusted(formatNote(note), log.keys, ecdsa);
  if (!opened.holds) throw new FalseAnswer(`${answer.url}: the checkpoint does not hold: ${opened.reason}`);
  await log.accept(opened);
  const entry = url.pathname.split('/').at(-1) ?? '';
  const leaf = (parseHex(entry, 32) ?? (await (await log.treeOf(index + 1)).leafHash(index))) as LeafHash;
  if (entry.length < 64 && Number(entry) !== index)
    throw new FalseAnswer(`${answer.url}: entry ${entry} was asked for, and the proof of ${index} came`);
  if (!verifyInclusion(opened.checkpoint, index, leaf, hashes))
    throw new FalseAnswer(`${answer.url}: the inclusion proof of ${entry} does not hold`);
};

/** Keys of the log, as PEM or as verifier keys. */
export const checkKeys: Check = async ({ log, answer }) => {
  requireTrusted(log, parseLogKeys(readText(answer)), answer.url);
};

/** `GET /trusted_root.json`. */
export const checkTrustedRoot: Check = async ({ log, answer }) => {
  requireTrusted(log, trustedRootKeys(readJson(answer)), answer.url);
};

/** `GET /.well-known/stele.json`. */
export const checkDiscovery: Check = async ({ log, answer }) => {
  const { shards } = readJson(answer) as Partial<Discovery>;
  requireTrusted(log, (shards ?? []).flatMap(shardKeys), answer.url);
};

/** A client would trust them: none may be among them that is not trusted here. @throws FalseAnswer */
function requireTrusted({ keys: trusted }: TrustedLog, keys: readonly TrustedKey[], url: string): void {
  if (keys.every(({ spki }) => trusted.some((one) => equalBytes(one.spki, spki)))) return;
  throw new FalseAnswer(`${url} offers a key of the log that is not trusted: give it with --log-key if you know why`);
}
