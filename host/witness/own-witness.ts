import { createPublicKey, verify } from 'node:crypto';
import { equalBytes } from '../../base/bytes.ts';
import { keyId, SIGNATURE_TYPE, type VerifierKey, verifierKey } from '../../checkpoint/key.ts';
import { knownLogs, type Policy } from '../../checkpoint/policy/policy.ts';
import { ed25519Spki, parseEd25519Spki } from '../../checkpoint/spki.ts';
import type { KnownLogs, Verifier } from '../../checkpoint/verify.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import type { Clock } from '../../log/clock.ts';
import { LogRefused } from '../../log/failures.ts';
import type { FoundDatabase } from '../../storage/identity.ts';
import type { WitnessState } from '../../storage/witness-state.ts';
import { OwnWitness } from '../../witness/own-witness.ts';
import { findKey, type LogKey } from '../keys/keys.ts';
import type { StorageEngine } from '../../storage/engine.ts';
import type { HeldJournals } from '../../storage/journal.ts';
import { refuseUsedKey, requireWitnessFits } from './own-witness-check.ts';
import type { PlannedShard } from '../start/planned-shard.ts';
import type { Settings } from '../settings/table.ts';
import { DEFAULT_ORIGIN } from '../settings/values/network-values.ts';
import { prepareKeys } from '../start/begin.ts';
import { isUnused, markKeysUsed, readUnusedKeys } from '../keys/unused-keys.ts';
import { holdWitnessJournal } from './witness-journal.ts';
import { readPolicy } from './publication.ts';

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
  readonly settings: Pick<Settings, 'witnessName' | 'witnessKey' | 'keyPassphrase' | 'data'>;
  readonly state: WitnessState;
  /** Those of the log's first shard, which are held with its own. */
  readonly journals: HeldJournals;
  /** Of the log's first shard. */
  readonly origin: string;
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  readonly announce: (sentence: string) => void;
}

/**
 * Makes the comparisons that `startOwnWitness` makes, on a database that is only read, so that they refuse a start before
 * anything is written.
 *
 * @throws LogRefused, StoreRefused
 */
export async function verifyOwnWitness(settings: VerifySettings, { place, act }: PlannedShard): Promise<void> {
  const { engine, heads } = place;
  engine.journals.requireOneName(heads, 'witness');
  const found = lookAtWitnessKey(settings);
  const database = engine.look(place.folder);
  if (act === 'begin' && found.key !== undefined && !found.isUnused && !settings.begin) refuseUsedKey(found.file);
  const state = database.state === 'log' ? await readState(engine, place.folder) : NOTHING_SAID;
  const name = witnessNameOf(settings, originOf(place, database));
  requireWitnessFits({ ...found, name, journal: await engine.journals.viewWitnessed(heads), ...state });
}

async function readState(engine: StorageEngine, folder: string) {
  using reading = engine.openUnchanged(folder);
  return { heads: await reading.witnessed(), holder: await reading.holder('witness') };
}

const NOTHING_SAID = { heads: [], holder: undefined };

type VerifySettings = Pick<Settings, 'witnessName' | 'witnessKey' | 'keyPassphrase' | 'data' | 'begin'>;

function originOf({ origin }: PlannedShard['place'], database: FoundDatabase): string {
  return database.state === 'log' ? database.identity.origin : (origin ?? DEFAULT_ORIGIN);
}

type WitnessKeySettings = Pick<Settings, 'data' | 'witnessKey' | 'keyPassphrase'>;

function lookAtWitnessKey({ data, witnessKey: file, keyPassphrase }: WitnessKeySettings) {
  const key = findKey('witness', file, keyPassphrase);
  return { file, key, isUnused: key !== undefined && isUnused(readUnusedKeys(data), 'witness', key.id) };
}

/**
 * Our own witness for the logs of a policy. It follows the rule that the log itself follows: a state that is behind its
 * journal has been rolled back, and must not sign.
 *
 * @throws LogRefused
 */
export async function startOwnWitness(
  policy: Policy,
  { settings, state, journals, origin, clock, fatal, announce }: OwnWitnessOptions,
): Promise<OwnWitness & AsyncDisposable> {
  const name = witnessNameOf(settings, origin);
  const journal = await journals.openWitnessed();
  const heads = await state.witnessed();
  const found = lookAtWitnessKey(settings);
  requireWitnessFits({ ...found, name, journal, heads, holder: await state.holder('witness') });
  const { data: folder, witnessKey, keyPassphrase } = settings;
  await using cleanup = new AsyncDisposableStack(); // of nothing: its key is in a file
  const place = { folder, keyPassphrase, cleanup };
  const own = found.key ?? (await prepareKeys(place, { witness: witnessKey }, announce)).witness;
  await holdWitnessJournal(state, journal, { name, key: own.id }, heads);
  markKeysUsed(settings.data, ['witness']); // nothing has been signed so far
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
    refusal: () => clock.reasonUntrusted(newest()),
  };
  const witness = new OwnWitness(parts, heads);
  return Object.assign(witness, { [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose]() });
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
