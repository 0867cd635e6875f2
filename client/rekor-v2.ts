import { equalBytes } from '../base/bytes.ts';
import { fails } from '../base/verdict.ts';
import { longKeyId } from '../checkpoint/key.ts';
import type { Policy } from '../checkpoint/policy/policy.ts';
import type { EcdsaCheck } from '../checkpoint/verify.ts';
import type { Proof } from '../merkle/types.ts';
import { AnswerReader, base64 } from './answer-reader.ts';
import { verifyCheckpoint } from './checkpoint.ts';
import { type ClaimedEntry, type IncludedEntry, verifyIncluded } from './entry.ts';
import { judge, type Opened } from './judge.ts';
import { openTrusted, type TrustedKey, verifiersOf } from './trusted-keys.ts';

interface LogEntry extends ClaimedEntry {
  readonly logId: Uint8Array;
  /** Beside the proof; has to be the proof's. */
  readonly outerIndex: number;
  readonly checkpoint: string;
}

/**
 * Whether a TransparencyLogEntry of Rekor v2 is in a log of the policy, under a checkpoint with the policy's quorum:
 * rekor-v2 §1.4.
 *
 * @param value - proto3 JSON, the answer to `POST /api/v2/log/entries`
 */
export function verifyTransparencyLogEntry(value: unknown, policy: Policy, ecdsa?: EcdsaCheck): Opened<IncludedEntry> {
  return judge(() => {
    const entry = readEntry(value);
    const opened = verifyCheckpoint(entry.checkpoint, policy, ecdsa);
    if (!opened.holds) return fails(`the checkpoint does not hold: ${opened.reason}`);
    const { checkpoint } = opened;
    const keys = policy.logs.filter(({ key }) => key.name === checkpoint.origin);
    if (!keys.some(({ key }) => equalBytes(longKeyId(key), entry.logId)))
      return fails(`the log id is that of no key of ${checkpoint.origin}`);
    if (entry.outerIndex !== entry.index) return fails('the entry and its proof have different indexes');
    return verifyIncluded(entry, checkpoint);
  });
}

/** An entry of Rekor v2 that is in a log, with the signed note under which it is proved, and the proof. */
export interface IncludedLogEntry extends IncludedEntry {
  readonly note: string;
  readonly hashes: Proof;
}

/** As `verifyTransparencyLogEntry`, by any of the keys and without a quorum. */
export function verifyTrustedLogEntry(
  value: unknown,
  keys: readonly TrustedKey[],
  ecdsa: EcdsaCheck,
): Opened<IncludedLogEntry> {
  return judge(() => {
    const entry = readEntry(value);
    const opened = openTrusted(entry.checkpoint, keys, ecdsa);
    if (!opened.holds) return fails(`the checkpoint does not hold: ${opened.reason}`);
    const { checkpoint, note } = opened;
    const ids = verifiersOf(keys, checkpoint.origin, ecdsa);
    if (!ids.some(({ id }) => equalBytes(id, entry.logId.subarray(0, id.length))))
      return fails(`the log id is that of no key of ${checkpoint.origin}`);
    if (entry.outerIndex !== entry.index) return fails('the entry and its proof have different indexes');
    const included = verifyIncluded(entry, checkpoint);
    return included.holds ? { ...included, note, hashes: entry.hashes } : included;
  });
}

/** @throws MalformedAnswer */
function readEntry(value: unknown): LogEntry {
  const entry = new AnswerReader(value);
  const proof = entry.object('inclusionProof');
  return {
    body: entry.bytes('canonicalizedBody', base64),
    logId: entry.object('logId').hash('keyId', base64),
    outerIndex: entry.digits('logIndex'),
    checkpoint: proof.object('checkpoint').text('envelope'),
    index: proof.digits('logIndex'),
    size: proof.digits('treeSize'),
    root: proof.hash('rootHash', base64),
    hashes: proof.hashes('hashes', base64),
  };
}
