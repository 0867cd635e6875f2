import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { equalBytes } from '../base/bytes.ts';
import { MalformedPolicy } from '../checkpoint/policy/failures.ts';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { knownLogs, type Policy } from '../checkpoint/policy/policy.ts';
import { keyId, SIGNATURE_TYPE, type VerifierKey, verifierKey } from '../checkpoint/key.ts';
import { ed25519Spki, parseEd25519Spki } from '../checkpoint/spki.ts';
import type { KnownLogs, Verifier } from '../checkpoint/verify.ts';
import { LogRefused } from '../log/failures.ts';
import type { Publication } from '../log/opening.ts';
import type { Clock } from '../log/clock.ts';
import type { LogStore } from '../storage/contract.ts';
import { openWitnessedJournal } from '../storage/engines/file-journal/witnessed.ts';
import type { WitnessedHead, WitnessState } from '../storage/witness-state.ts';
import { HttpWitnesses } from '../witness/http-witnesses.ts';
import { OwnWitness } from '../witness/own-witness.ts';
import { postOver } from '../witness/post.ts';
import { readOrMakeKey } from './keys.ts';
import type { Settings } from './settings/table.ts';

/** Milliseconds that a witness may take longer than those that met the policy. */
const GRACE = 250;
/** Milliseconds until a round that did not meet the policy is tried again: at first, and at most. */
const [RETRY, LONGEST_RETRY] = [250, 10_000];

/** How the heads of the log come to be shown, as the settings say. @throws LogRefused for a policy that cannot be read */
export function publicationOf(settings: Settings, clock: Clock): (store: LogStore) => Promise<Publication> {
  const { witness: mode, witnessPolicy, witnessTimeout, witnessPause, witnessRefresh, publishTimeout } = settings;
  const policy = witnessPolicy === undefined ? undefined : readPolicy(witnessPolicy);
  const now = (): number => performance.now();
  const times = { pause: witnessPause, retry: RETRY, longest: LONGEST_RETRY, idle: witnessRefresh };
  const parts = {
    post: postOver(fetch, witnessTimeout),
    now: () => clock.now(),
    steady: now,
    tolerance: settings.clockTolerance / 1000,
  };
  return async (store) => {
    const witnesses = policy && new HttpWitnesses(policy, await store.lastCosignatures(), parts, { grace: GRACE });
    return { mode, witnesses, times, patience: publishTimeout, now };
  };
}

function readPolicy(file: string): Policy {
  try {
    return parsePolicy(readFileSync(file));
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new LogRefused(`${file} is no policy: ${error.message}`);
    throw error;
  }
}

export interface OwnWitnessOptions {
  readonly settings: Settings;
  readonly state: WitnessState;
  /** Of the log that runs here. */
  readonly origin: string;
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  readonly announce: (sentence: string) => void;
}

/**
 * Our own witness for the logs that the settings name. It follows the rule that the log itself follows: a state that is behind
 * its journal has been rolled back, and must not sign.
 *
 * @throws LogRefused
 */
export async function startOwnWitness(
  file: string,
  { settings, state, origin, clock, fatal, announce }: OwnWitnessOptions,
): Promise<OwnWitness & AsyncDisposable> {
  const policy = readPolicy(file);
  const { key: own, made } = readOrMakeKey('witness', settings.witnessKey);
  if (made) announce(`made the witness key ${settings.witnessKey}`);
  const name = settings.witnessName ?? `${origin}/witness`;
  const key = verifierKey(name, SIGNATURE_TYPE.cosignature, parseEd25519Spki(own.signer.publicKey) ?? new Uint8Array());
  const journal = await openWitnessedJournal(settings.heads);
  const heads = await state.witnessed();
  requireNotBehind(heads, journal.last());
  await journal.begin(heads);
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

function requireNotBehind(
  heads: readonly WitnessedHead[],
  journalled: ReadonlyMap<string, { readonly size: number }>,
): void {
  for (const [origin, { size }] of journalled) {
    const kept = heads.find((head) => head.origin === origin)?.size ?? 0;
    if (kept < size)
      throw new LogRefused(
        `the witness has cosigned ${origin} at ${size}, and its state says ${kept}: it was restored from an old copy. Put back a newer one. ` +
          'If that cannot be, take another key and name for the witness (--witness-key, --witness-name) and delete witnessed.txt beside heads.txt',
      );
  }
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
