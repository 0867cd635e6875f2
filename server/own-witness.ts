import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { equalBytes } from '../base/bytes.ts';
import { keyId, SIGNATURE_TYPE, type VerifierKey, verifierKey } from '../checkpoint/key.ts';
import { knownLogs, type Policy } from '../checkpoint/policy/policy.ts';
import { ed25519Spki, parseEd25519Spki } from '../checkpoint/spki.ts';
import type { KnownLogs, Verifier } from '../checkpoint/verify.ts';
import { formatVkey } from '../checkpoint/vkey.ts';
import type { Clock } from '../log/clock.ts';
import { LogRefused } from '../log/failures.ts';
import type { TreeHead } from '../merkle/types.ts';
import {
  openWitnessedJournal,
  type WitnessedJournal,
  type WitnessOwner,
} from '../storage/engines/file-journal/witnessed.ts';
import type { FolderLock } from '../storage/engines/sqlite/file/lock.ts';
import { isHeldBy, type JournalHolder } from '../storage/journal.ts';
import type { WitnessedHead, WitnessState } from '../storage/witness-state.ts';
import { OwnWitness } from '../witness/own-witness.ts';
import { type LogKey, readOrMakeKey } from './keys.ts';
import type { Settings } from './settings/table.ts';
import { readPolicy } from './witnesses.ts';

/** The logs that our witness is to cosign for; undefined if there are none. @throws LogRefused */
export function watchedLogs({ witnessFor: file }: Pick<Settings, 'witnessFor'>): Policy | undefined {
  if (file === undefined) return undefined;
  const policy = readPolicy('--witness-for', file);
  if (policy.logs.length === 0)
    throw new LogRefused(`--witness-for ${file} names no log to cosign for: a line is needed such as log VKEY`);
  return policy;
}

/** The witness's name in its signature lines. @param origin - of the first shard: the name stays when the log goes on in another */
export function witnessNameOf({ witnessName }: Pick<Settings, 'witnessName'>, origin: string): string {
  return witnessName ?? `${origin}/witness`;
}

/** The key of a witness as a policy has it. */
export function witnessVkey(name: string, { signer }: LogKey): VerifierKey {
  return verifierKey(name, SIGNATURE_TYPE.cosignature, parseEd25519Spki(signer.publicKey) ?? new Uint8Array());
}

export interface OwnWitnessOptions {
  readonly settings: Pick<Settings, 'witnessName' | 'witnessKey'>;
  readonly state: WitnessState;
  /** Of the folder of its journal. */
  readonly headsLock: FolderLock;
  /** Of the log's first shard. */
  readonly origin: string;
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  readonly announce: (sentence: string) => void;
}

/**
 * Our own witness for the logs of a policy. It follows the rule that the log itself follows: a state that is behind its
 * journal has been rolled back, and must not sign.
 *
 * @throws LogRefused
 */
export async function startOwnWitness(
  policy: Policy,
  { settings, state, headsLock, origin, clock, fatal, announce }: OwnWitnessOptions,
): Promise<OwnWitness & AsyncDisposable> {
  const name = witnessNameOf(settings, origin);
  const journal = await openWitnessedJournal(headsLock);
  const heads = await state.witnessed();
  const { key: own, made } = findKey(name, settings.witnessKey, journal.owner(), announce);
  checkJournal(journal, { name, key: own, made }, heads, await state.holder('witness'));
  const token = randomUUID(); // into the database first, as for the head journal: see `holdJournal`
  await state.hold('witness', { token, before: journal.owner()?.holder });
  await journal.begin({ name, key: own.id, holder: token }, heads);
  const key = witnessVkey(name, own);
  announce(`cosigns for other logs as ${formatVkey(key)}`);
  const newest = (): number => Math.max(0, ...witness.witnessed().map(({ at }) => at));
  const parts = {
    key,
    signer: own.signer,
    logs: withOpenssl(policy),
    state,
    journal,
    fatal,
    now: () => clock.now(),
    refusal: () => clock.doubt(newest()),
  };
  const witness = new OwnWitness(parts, heads);
  return Object.assign(witness, { [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose]() });
}

/** @throws LogRefused when the journal says that this witness has a key, and it is not there */
function findKey(name: string, file: string, owner: WitnessOwner | undefined, announce: (sentence: string) => void) {
  if (owner?.name === name && !existsSync(file)) refuse(`the key of the witness ${name} is missing: put ${file} back`);
  const found = readOrMakeKey('witness', file);
  if (found.made) announce(`made the witness key ${file}`);
  return found;
}

/** @throws LogRefused unless it is known that signing with the key is no fork */
function checkJournal(
  { owner, last, damage }: WitnessedJournal,
  { name, key, made }: { readonly name: string; readonly key: LogKey; readonly made: boolean },
  heads: readonly WitnessedHead[],
  holder: JournalHolder | undefined,
): void {
  const damaged = damage();
  if (damaged !== undefined && !made) refuse(`${damaged}: put the journal of the witness back as it was`);
  const of = owner();
  if (of === undefined) return made ? undefined : requireNothingSaid(heads);
  if (of.name === name && of.key !== key.id)
    refuse(`the key of the witness ${name} is not the one that it has signed with: put that one back`);
  if (of.name === name || of.key === key.id) {
    requireNotBehind(heads, last());
    requireWhole(heads, last());
    return requireHeld(of, holder);
  }
  // Another witness, which has said nothing yet if its key was made just now. One that comes back may have.
  if (!made) refuse(`the journal is that of the witness ${of.name}, and ${name} may have signed what it does not tell`);
}

function requireNothingSaid(heads: readonly WitnessedHead[]): void {
  if (heads.length > 0) refuse('the journal of the witness is missing: put witnessed.txt back beside heads.txt');
}

function refuse(sentence: string): never {
  throw new LogRefused(
    `${sentence}. If that cannot be, begin another witness: give --witness-name a new name and --witness-key the path of a new file, and tell the logs its new key`,
  );
}

function requireNotBehind(heads: readonly WitnessedHead[], journalled: ReadonlyMap<string, TreeHead>): void {
  for (const [origin, { size, root }] of journalled) {
    const kept = heads.find((head) => head.origin === origin);
    if (kept === undefined || kept.size < size)
      refuse(
        `the witness has cosigned ${origin} at ${size}, and its state says ${kept?.size ?? 'nothing'}: it was restored from an old copy, put back a newer one`,
      );
    if (kept.size === size && !equalBytes(kept.root, root))
      refuse(
        `the witness has cosigned another tree of ${origin} at ${size} than its state says: put back the right copy`,
      );
  }
}

/** @throws LogRefused */
function requireHeld(owner: WitnessOwner, holder: JournalHolder | undefined): void {
  if (!isHeldBy(owner.holder, holder))
    refuse(
      'another copy of this data folder has been started with the journal of the witness since this one was made: start that one',
    );
}

/** At most one head can be in the state and not in the journal: the one whose journal write was cut short. @throws LogRefused */
function requireWhole(heads: readonly WitnessedHead[], journalled: ReadonlyMap<string, TreeHead>): void {
  const missing = heads.filter(({ origin, size }) => size > (journalled.get(origin)?.size ?? -1));
  if (missing.length > 1)
    refuse(
      `the journal of the witness lacks heads of ${missing.length} logs that its state has: it was restored from an old copy or cut short, put the newest back`,
    );
}

/** The keys of the policy's logs, checked by OpenSSL: strangers send these notes, and it is forty times faster. */
function withOpenssl(policy: Policy): KnownLogs {
  const known = knownLogs(policy, (spki, text, signature) => checks('sha256', spki, text, signature));
  return new Map([...known].map(([origin, verifiers]) => [origin, verifiers.map((one) => faster(one, policy))]));
}

function faster(verifier: Verifier, policy: Policy): Verifier {
  const log = policy.logs.find(
    ({ key }) => isEd25519(key) && key.name === verifier.name && equalBytes(keyId(key), verifier.id),
  );
  if (log === undefined) return verifier;
  const spki = ed25519Spki(log.key.material);
  return { ...verifier, verify: (text, signature) => checks(undefined, spki, text, signature) };
}

const isEd25519 = ({ type }: VerifierKey): boolean => type === SIGNATURE_TYPE.ed25519;

function checks(digest: 'sha256' | undefined, spki: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(digest, text, createPublicKey({ key: spki as Buffer, format: 'der', type: 'spki' }), signature);
  } catch {
    return false;
  }
}
