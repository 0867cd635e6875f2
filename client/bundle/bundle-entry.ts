import { brief } from '../../base/brief.ts';
import { equalBytes, toBase64, toHex, utf8 } from '../../base/bytes.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import { longKeyId, logKey } from '../../checkpoint/key.ts';
import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import { AnswerReader, base64 } from '../answer-reader.ts';
import { verifyIncluded } from '../entry.ts';
import { MalformedAnswer } from '../failures.ts';
import { judge, type Opened } from '../judge.ts';
import { ALWAYS, isWithin, timeText } from '../period.ts';
import {
  openTrusted,
  originOf,
  rekorLogId,
  signerName,
  type TrustedHead,
  type TrustedKey,
  verifiersOf,
} from '../trusted-keys.ts';
import { readBody } from './logged-signature.ts';

/** An entry that a Sigstore bundle claims, after its proof or promise was checked. */
export interface BundleEntry {
  readonly body: Uint8Array;
  /** In the whole log, as the promise has it; without a promise that of the proof, which is that in its tree. */
  readonly logIndex: number;
  /** The head that its proof leads to; undefined where it has a promise alone. */
  readonly head: TrustedHead | undefined;
  /** Seconds since 1970, by a signed entry timestamp that was checked; undefined where there is none. */
  readonly integratedTime: number | undefined;
}

/**
 * Whether an entry of a bundle is in a log: by its inclusion proof, by its inclusion promise (the signed entry timestamp of
 * Rekor v1), or by both. All that it has must hold, and it must have one.
 *
 * @param value - a TransparencyLogEntry in proto3 JSON
 */
export function openBundleEntry(value: unknown, keys: readonly TrustedKey[], ecdsa: EcdsaCheck): Opened<BundleEntry> {
  return judge(() => {
    const claimed = readClaim(new AnswerReader(value));
    const { entry, body } = claimed;
    const kind = judgeKind(claimed);
    if (!kind.holds) return kind;
    const [isProved, isPromised] = [entry.has('inclusionProof'), entry.has('inclusionPromise')];
    if (!isProved && !isPromised) return fails('it has neither an inclusion proof nor a promise');
    const proof = isProved ? openProof(claimed, keys, ecdsa) : NO_HEAD;
    if (!proof.holds) return proof;
    const promise = isPromised ? openPromise(claimed, keys, ecdsa) : NO_TIME;
    if (!promise.holds) return promise;
    const logIndex = isPromised ? claimed.logIndex : (proof.index ?? claimed.logIndex);
    return { holds: true, body, logIndex, head: proof.head, integratedTime: promise.integratedTime };
  });
}

const NO_HEAD = { holds: true, head: undefined, index: undefined } as const;
const NO_TIME = { holds: true, integratedTime: undefined } as const;

/** Proto3 JSON leaves an index of 0 out. @throws MalformedAnswer */
function readClaim(entry: AnswerReader): Claimed {
  const body = entry.bytes('canonicalizedBody', base64);
  return { entry, body, logIndex: entry.has('logIndex') ? entry.digits('logIndex') : 0 };
}

interface Claimed {
  readonly entry: AnswerReader;
  readonly body: Uint8Array;
  readonly logIndex: number;
}

/** The kind that stands beside a body has to be the body's. @throws MalformedAnswer */
function judgeKind({ entry, body }: Claimed): Verdict {
  if (!entry.has('kindVersion')) return HOLDS;
  const [beside, own] = [entry.object('kindVersion'), readBody(body)];
  const claimed = `${beside.text('kind')} ${beside.text('version')}`;
  const found = `${own.text('kind')} ${own.text('apiVersion')}`;
  return claimed === found
    ? HOLDS
    : fails(`kindVersion is ${brief(claimed)}, and the entry is of the kind ${brief(found)}`);
}

/** @throws MalformedAnswer */
function openProof(
  { entry, body, logIndex }: Claimed,
  keys: readonly TrustedKey[],
  ecdsa: EcdsaCheck,
): Opened<{ readonly head: TrustedHead; readonly index: number }> {
  const proof = entry.object('inclusionProof');
  const note = proof.object('checkpoint').text('envelope');
  const own = keysWithId(entry.object('logId').bytes('keyId', base64), keys, originOf(note));
  const opened = openTrusted(note, own.length === 0 ? keys : own, ecdsa);
  if (!opened.holds) return fails(`the checkpoint does not hold: ${opened.reason}`);
  const { checkpoint } = opened;
  if (own.length === 0) return fails(`the log id is that of no key of ${checkpoint.origin}`);
  const claimed = {
    body,
    index: proof.has('logIndex') ? proof.digits('logIndex') : 0,
    size: proof.digits('treeSize'),
    root: proof.hash('rootHash', base64),
    hashes: proof.has('hashes') ? proof.hashes('hashes', base64) : [],
  };
  if (!isSharded(checkpoint.origin) && logIndex !== claimed.index)
    return fails(`its logIndex is ${logIndex}, and its proof is that of entry ${claimed.index}`);
  const included = verifyIncluded(claimed, checkpoint);
  return included.holds ? { holds: true, head: opened, index: claimed.index } : included;
}

/** Rekor v1 counts through all of its shards: an entry's index in its tree may be another. */
function isSharded(origin: string): boolean {
  return signerName(origin) !== origin;
}

function keysWithId(id: Uint8Array, keys: readonly TrustedKey[], origin: string): readonly TrustedKey[] {
  const name = signerName(origin);
  const own = keys.filter((key) => (key.name ?? name) === name);
  return own.filter((key) => rekorLogId(key) === toHex(id) || equalBytes(longKeyId(logKey(name, key.spki)), id));
}

/** rekor-v1 §7. @throws MalformedAnswer */
function openPromise(
  { entry, body, logIndex }: Claimed,
  keys: readonly TrustedKey[],
  ecdsa: EcdsaCheck,
): Opened<{ readonly integratedTime: number }> {
  const logID = toHex(entry.object('logId').bytes('keyId', base64));
  const timestamp = entry.object('inclusionPromise').bytes('signedEntryTimestamp', base64);
  const integratedTime = entry.digits('integratedTime');
  const key = keys.find((one) => rekorLogId(one) === logID);
  if (key === undefined) return fails(`the promise is one of the log ${brief(logID)}, whose key is not trusted`);
  const signed = utf8(canonicalJson({ body: toBase64(body), integratedTime, logID, logIndex }));
  const [verifier] = verifiersOf([key], key.name ?? 'log', ecdsa);
  if (verifier === undefined) throw new MalformedAnswer('the key of the log cannot be used here');
  if (!verifier.verify(signed, timestamp)) return fails('the signed entry timestamp does not verify');
  return isWithin(1000 * integratedTime, key.validFor ?? ALWAYS)
    ? { holds: true, integratedTime }
    : fails(`the promise is of ${timeText(1000 * integratedTime)}, when the key of the log is not trusted`);
}
