import { ecdsa } from '../api/ecdsa.ts';
import { equalBytes, parseBase64, toHex, utf8 } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { judge } from '../client/judge.ts';
import { readRekorEntry, type RekorEntry, rekorLog, verifyTimestamp } from '../client/rekor-v1.ts';
import { isRekorKey, type TrustedHead } from '../client/trusted-keys.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { logIndex, type RootHash, treeSize } from '../merkle/types.ts';
import { verifyInclusion } from '../merkle/verify.ts';
import { judgeSignature } from './check-signature.ts';
import type { EntryClaims } from './claims.ts';
import { type CheckName, guarded, readClaims, rootUrl, setVerdict, stepsOf } from './dom.ts';
import { isOf, judgeCosignature, keysOf, openHead, openHeads } from './heads.ts';
import { climbDrawn, mark, markStep, placeOf } from './ladder.ts';
import { hashIn } from './prover.ts';

/** Checks the entry that the page is about: as the page has it, and once more as the API gives it. */
export function checkEntry(): void {
  const checks: readonly CheckName[] = ['signature', 'inclusion', 'checkpoint', 'set'];
  const failed = (reason: string): void => {
    for (const check of checks)
      setVerdict(stepsOf(check)[0], 'fails', `The page has data that cannot be read: ${reason}`);
  };
  guarded(() => {
    const claims = readClaims('entry-claims');
    if (claims === undefined) return;
    const body = bodyOf(claims);
    judgePage(claims, body);
    if (claims.path !== undefined) guarded(() => askApi(claims, body, claims.path ?? ''), failed);
  }, failed);
}

/** @throws Error if the page has none */
function bodyOf({ body }: EntryClaims): Uint8Array {
  const bytes = body === undefined ? utf8(document.querySelector('#body')?.textContent ?? '') : parseBase64(body);
  if (bytes === undefined) throw new Error('the body is no base64');
  return bytes;
}

function judgePage(claims: EntryClaims, body: Uint8Array): void {
  const signature = judgeSignature(
    body,
    claims.attestation === undefined ? undefined : parseBase64(claims.attestation),
  );
  setVerdict(stepsOf('signature')[0], signature.verdict, signature.why);
  show(
    'inclusion',
    judge(() => includedAsDrawn(claims, body)),
    'Your browser has hashed the body, and its way up to the root.',
  );
  show('checkpoint', signedHead(claims), 'The key of the log has signed this size and root.');
  show(
    'set',
    judge(() => promised(claims, entryOf(claims, body))),
    'The key of the log has signed body, index and time.',
  );
  for (const step of stepsOf('cosignature')) {
    const name = step.dataset['name'];
    if (name === undefined) continue;
    const { verdict, why } = judgeCosignature(claims.head.notes, name, claims.witnesses);
    setVerdict(step, verdict, why);
  }
}

function show(check: CheckName, verdict: Verdict, why: string): void {
  setVerdict(stepsOf(check)[0], verdict.holds ? 'holds' : 'fails', verdict.holds ? why : `${verdict.reason}.`);
}

/** Climbs the drawing from the body to the root that is signed. */
function includedAsDrawn(claims: EntryClaims, body: Uint8Array): Verdict {
  const leaf = hashLeaf(body);
  const siblings = claims.hashes.map(hashIn);
  const { root, wrong } = climbDrawn({ start: leaf, siblings, parents: claims.parents });
  if (wrong !== undefined) return fails(`a hash is wrong: ${wrong}`);
  if (!claims.id.endsWith(toHex(leaf))) return fails('the entry id is not that of the body');
  const top = siblings.length === 0 ? 'start' : `parent-${siblings.length - 1}`;
  if (toHex(root) !== claims.root) {
    mark(top, 'fails');
    return fails('the hashes lead to another root than the page says');
  }
  const heads = openHeads(claims.head);
  const signed = heads.holds ? isOfAll(heads.heads, claims) : heads;
  if (!signed.holds) {
    mark(top, 'fails');
    return fails(`the way ends at a root that is not signed: ${signed.reason}`);
  }
  const head = { size: treeSize(claims.size), root: root as RootHash };
  return verifyInclusion(head, logIndex(claims.index), leaf, siblings) ? HOLDS : fails('the proof is of another place');
}

function signedHead({ head, size, root }: EntryClaims): Verdict {
  const opened = openHeads(head);
  if (!opened.holds) return opened;
  return isOfAll(opened.heads, { size, root });
}

function isOfAll(heads: readonly TrustedHead[], { size, root }: Pick<EntryClaims, 'size' | 'root'>): Verdict {
  return heads.map((one) => isOf(one, size, root)).find(({ holds }) => !holds) ?? HOLDS;
}

/** The entry as an answer of Rekor v1 would have it. */
function entryOf(claims: EntryClaims, body: Uint8Array): RekorEntry {
  return {
    body,
    integratedTime: claims.integratedTime,
    logId: claims.logId,
    virtualIndex: claims.virtualIndex,
    signedEntryTimestamp: parseBase64(claims.signedEntryTimestamp ?? '') ?? new Uint8Array(),
    checkpoint: claims.head.notes[0] ?? '',
    index: claims.index,
    size: claims.size,
    root: hashIn(claims.root),
    hashes: claims.hashes.map(hashIn),
  };
}

function promised({ head }: EntryClaims, entry: RekorEntry): Verdict {
  const key = keysOf(head).find(isRekorKey);
  return key === undefined
    ? fails('the page has no key of Rekor v1')
    : verifyTimestamp(entry, rekorLog(head.origin, key.spki, ecdsa));
}

/** Asks the API for the same entry: a log that tells programs otherwise than people lies to one of them. */
async function askApi(claims: EntryClaims, body: Uint8Array, path: string): Promise<void> {
  const answer = await fetch(rootUrl() + path, { headers: { accept: 'application/json' } });
  if (answer.status !== 200) return; // the right of the page may not be one to the API
  const [member] = Object.entries((await answer.json()) as object) as readonly (readonly [string, unknown])[];
  const [id, value] = member ?? ['', undefined];
  const verdict = judge(() => {
    const entry = readRekorEntry(value);
    if (id !== claims.id || !equalBytes(entry.body, body)) return fails('the API has another entry under this index');
    return includedByApi(claims, entry);
  });
  if (!verdict.holds) contradict('inclusion', verdict.reason);
  if (member === undefined) return;
  judgeApiHead(claims, value);
}

/** A step that fails already keeps its reason. */
function contradict(check: CheckName, reason: string): void {
  const [step] = stepsOf(check);
  if (step?.dataset['verdict'] !== 'fails') setVerdict(step, 'fails', `The API answers otherwise: ${reason}.`);
}

function judgeApiHead(claims: EntryClaims, value: unknown): void {
  const opened = judge(() => openHead(readRekorEntry(value).checkpoint, claims.head, keysOf(claims.head)));
  if (!opened.holds) contradict('checkpoint', opened.reason);
  const timestamp = judge(() => promised(claims, readRekorEntry(value)));
  if (!timestamp.holds) contradict('set', timestamp.reason);
}

function includedByApi(claims: EntryClaims, entry: RekorEntry): Verdict {
  const opened = openHead(entry.checkpoint, claims.head, keysOf(claims.head));
  if (!opened.holds) return fails(`its checkpoint does not hold: ${opened.reason}`);
  const { checkpoint } = opened;
  const isOwn = entry.size === checkpoint.size && equalBytes(entry.root, checkpoint.root);
  if (!isOwn) return fails('its root is not the one that is signed');
  if (verifyInclusion(checkpoint, logIndex(entry.index), hashLeaf(entry.body), entry.hashes)) return HOLDS;
  const at = entry.size === claims.size ? entry.hashes.findIndex((hash, i) => toHex(hash) !== claims.hashes[i]) : -1;
  if (at < 0) return fails('its proof does not lead to the signed root');
  markStep(at, 'fails');
  return fails(`it has another hash at step ${at + 1}, ${placeOf(`sibling-${at}`)}`);
}
