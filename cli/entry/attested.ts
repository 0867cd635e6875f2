import { createHash } from 'node:crypto';
import { toHex } from '../../base/bytes.ts';
import { readEnvelope } from '../../entries/envelope/envelope.ts';
import { openEnvelope } from '../../entries/envelope/opened.ts';
import { IN_TOTO_TYPE, subjectDigests } from '../../entries/envelope/statement.ts';
import type { DigestAlgorithm } from '../../entries/signatures/claim.ts';
import type { Digests } from './digest-file.ts';

/**
 * Whether an envelope speaks of an artifact: one of the subjects of its in-toto statement has a digest of it, or the artifact is
 * the payload itself. A digest of another kind, such as `gitCommit`, shows nothing about a file.
 *
 * @param text - JSON of the envelope
 * @throws InvalidEntry for what is no envelope, and for a statement that is more than is read here
 */
export function isAttested(text: string, artifact: Digests): boolean {
  const envelope = readEnvelope(text);
  const { payload } = openEnvelope(envelope);
  const digests = Object.entries(artifact) as readonly (readonly [DigestAlgorithm, Uint8Array])[];
  if (digests.some(([name, digest]) => createHash(name).update(payload).digest('hex') === toHex(digest))) return true;
  const subjects = envelope.payloadType === IN_TOTO_TYPE ? subjectDigests(payload) : undefined;
  const claimed = new Set(subjects?.map((one) => one.toLowerCase()));
  return digests.some(([name, digest]) => claimed.has(`${name}:${toHex(digest)}`));
}
