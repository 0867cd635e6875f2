import { toBase64, toHex, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { parseCheckpoint } from '../checkpoint/checkpoint.ts';
import { longKeyId, SIGNATURE_TYPE, verifierKey } from '../checkpoint/key.ts';
import { parseNote } from '../checkpoint/note.ts';
import { type EcdsaCheck, logVerifier, type Verifier } from '../checkpoint/verify.ts';
import { hashLeaf } from '../merkle/hash.ts';
import type { Proof } from '../merkle/types.ts';
import { AnswerReader, base64, hexHash } from './answer-reader.ts';
import { openRekorCheckpoint } from './checkpoint.ts';
import { type ClaimedEntry, type IncludedEntry, verifyIncluded } from './entry.ts';
import { judge, type Opened } from './judge.ts';
import { isRekorKey, rekorLogId, signerName, type TrustedKey } from './trusted-keys.ts';

/** A log of Rekor v1 that is trusted. */
export interface RekorLog {
  readonly verifier: Verifier;
  /** 64 hex digits. */
  readonly logId: string;
}

/**
 * @param name - host that the log signs its checkpoints as
 * @param spki - its key, SubjectPublicKeyInfo in DER
 * @throws MalformedKey unless it is a key of ECDSA
 */
export function rekorLog(name: string, spki: Uint8Array, ecdsa: EcdsaCheck): RekorLog {
  const key = verifierKey(name, SIGNATURE_TYPE.ecdsa, spki);
  const verifier = logVerifier(key, ecdsa);
  if (verifier === undefined) throw new Error('a key of ECDSA has a verifier');
  return { verifier, logId: toHex(longKeyId(key)) };
}

/** An entry as an answer of Rekor v1 has it. Nothing of it is verified. */
export interface RekorEntry extends ClaimedEntry {
  readonly integratedTime: number;
  readonly logId: string;
  readonly virtualIndex: number;
  readonly signedEntryTimestamp: Uint8Array;
  readonly checkpoint: string;
}

/** An entry of Rekor v1 that is in a log, with what its signed entry timestamp is over. */
export interface IncludedRekorEntry extends IncludedEntry {
  /** Seconds since 1970. */
  readonly integratedTime: number;
  readonly logId: string;
  readonly virtualIndex: number;
  readonly signedEntryTimestamp: Uint8Array;
  /** The signed note under which the entry is proved, and the proof. */
  readonly note: string;
  readonly hashes: Proof;
}

/**
 * Whether an entry of Rekor v1 is in the log: id, signed entry timestamp, checkpoint and inclusion proof have to hold;
 * rekor-v1 §7 and §8.
 *
 * @param id - the member's name in the answer, 64 or 80 hex digits
 * @param value - the member itself, a log entry of `POST` or `GET /api/v1/log/entries`
 */
export function verifyRekorEntry(id: string, value: unknown, log: RekorLog): Opened<IncludedRekorEntry> {
  return judge(() => verifyEntry(id, readRekorEntry(value), log));
}

/**
 * As `verifyRekorEntry`, by whichever of the keys the entry names as that of its log, under the name that its checkpoint
 * has.
 */
export function verifyTrustedRekorEntry(
  id: string,
  value: unknown,
  keys: readonly TrustedKey[],
  ecdsa: EcdsaCheck,
): Opened<IncludedRekorEntry> {
  return judge(() => {
    const entry = readRekorEntry(value);
    const name = signerName(parseCheckpoint(parseNote(entry.checkpoint).text).origin);
    const key = keys.find((one) => isRekorKey(one) && (one.name ?? name) === name && rekorLogId(one) === entry.logId);
    if (key === undefined) return fails(`the entry is one of the log ${entry.logId}, whose key is not trusted`);
    return verifyEntry(id, entry, rekorLog(name, key.spki, ecdsa));
  });
}

/** @throws Failure for a checkpoint that is none */
function verifyEntry(id: string, entry: RekorEntry, log: RekorLog): Opened<IncludedRekorEntry> {
  const timestamp = verifyTimestamp(entry, log);
  if (!timestamp.holds) return timestamp;
  const opened = openRekorCheckpoint(entry.checkpoint, log.verifier);
  if (!opened.holds) return fails(`the checkpoint does not hold: ${opened.reason}`);
  const named = verifyId(id, entry.body, opened.checkpoint.origin);
  if (!named.holds) return named;
  const included = verifyIncluded(entry, opened.checkpoint);
  if (!included.holds) return included;
  const { integratedTime, logId, virtualIndex, signedEntryTimestamp, checkpoint: note, hashes } = entry;
  return { ...included, integratedTime, logId, virtualIndex, signedEntryTimestamp, note, hashes };
}

/** Reads a log entry of `GET /api/v1/log/entries/…`. @throws MalformedAnswer */
export function readRekorEntry(value: unknown): RekorEntry {
  const entry = new AnswerReader(value);
  const verification = entry.object('verification');
  const proof = verification.object('inclusionProof');
  return {
    body: entry.bytes('body', base64),
    integratedTime: entry.count('integratedTime'),
    logId: entry.text('logID'),
    virtualIndex: entry.count('logIndex'),
    signedEntryTimestamp: verification.bytes('signedEntryTimestamp', base64),
    checkpoint: proof.text('checkpoint'),
    index: proof.count('logIndex'),
    size: proof.count('treeSize'),
    root: proof.hash('rootHash', hexHash),
    hashes: proof.hashes('hashes', hexHash),
  };
}

/** Whether the log has promised, by the signed entry timestamp, to hold the entry: rekor-v1 §7. */
export function verifyTimestamp(entry: RekorEntry, { logId, verifier }: RekorLog): Verdict {
  if (entry.logId !== logId) return fails(`the entry is one of the log ${entry.logId}`);
  const { integratedTime, virtualIndex: logIndex, signedEntryTimestamp } = entry;
  const signed = canonicalJson({ body: toBase64(entry.body), integratedTime, logID: logId, logIndex });
  return verifier.verify(utf8(signed), signedEntryTimestamp)
    ? HOLDS
    : fails('the signed entry timestamp does not verify');
}

const ENTRY_ID = /^([0-9a-f]{16})?([0-9a-f]{64})$/;

/** The id is the leaf hash, and before it may stand the tree id of the checkpoint's origin: rekor-v1 §2. */
function verifyId(id: string, body: Uint8Array, origin: string): Verdict {
  const [, tree, leaf] = ENTRY_ID.exec(id) ?? [];
  if (leaf !== toHex(hashLeaf(body))) return fails('the id is not the leaf hash of the entry');
  const signed = BigInt(origin.slice(origin.lastIndexOf(' ') + 1));
  return tree === undefined || BigInt(`0x${tree}`) === signed ? HOLDS : fails('the id names another tree');
}
