import { readFileSync } from 'node:fs';
import { systemReason } from '../../base/system-error.ts';
import { MalformedPolicy } from '../../checkpoint/policy/failures.ts';
import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import { hasQuorum, type Policy } from '../../checkpoint/policy/policy.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import type { Clock } from '../../log/clock.ts';
import { LogRefused } from '../../log/failures.ts';
import type { Publication } from '../../log/opening.ts';
import type { CosignatureReads } from '../../storage/cosignatures.ts';
import type { WitnessReport } from '../../witness/contract.ts';
import { HttpWitnesses } from '../../witness/http-witnesses.ts';
import { postOver } from '../../witness/post.ts';
import type { Settings } from '../settings/table.ts';

/** Milliseconds that a witness may take longer than those that met the policy, while writers wait for the next round. */
const GRACE_MS = 250;
/** Milliseconds until a round that did not meet the policy is tried again: at first, and at most. */
const [FIRST_RETRY_MS, MAX_RETRY_MS] = [250, 5000];

type WitnessSettings = Pick<
  Settings,
  | 'witness'
  | 'witnessPolicy'
  | 'witnessTimeout'
  | 'witnessPause'
  | 'witnessRefresh'
  | 'publishTimeout'
  | 'overruleWitness'
  | 'clockTolerance'
>;

/** A witness, and the key that its cosignatures are checked by. */
interface PublishedWitness {
  readonly name: string;
  readonly vkey: string;
}

/** The witnesses of the policy, for those who check cosignatures; none without a policy. @throws LogRefused */
export function witnessKeysOf({ witnessPolicy }: Pick<Settings, 'witnessPolicy'>): readonly PublishedWitness[] {
  if (witnessPolicy === undefined) return [];
  const { witnesses } = readPolicy('--witness-policy', witnessPolicy);
  return witnesses.map(({ name, key }) => ({ name, vkey: formatVkey(key) }));
}

/**
 * How the heads of the log come to be shown, as the settings say.
 *
 * @param told - how a witness does, each time that this changes; why nothing is signed any more, when that begins
 * @throws LogRefused for a policy that cannot be read or met
 */
export function publicationOf(
  settings: WitnessSettings,
  clock: Clock,
  { tell, alarm }: { readonly tell: (report: WitnessReport) => void; readonly alarm: (sentence: string) => void },
): (store: Pick<CosignatureReads, 'lastCosignatures'>) => Promise<Publication> {
  const { witness: mode, witnessPolicy, witnessTimeout, witnessPause, witnessRefresh, publishTimeout } = settings;
  const policy = witnessPolicy === undefined ? undefined : readPolicy('--witness-policy', witnessPolicy);
  if (policy) requireMeetable(`--witness-policy ${witnessPolicy}`, policy, mode);
  const now = (): number => performance.now();
  const times = { pause: witnessPause, retry: FIRST_RETRY_MS, longest: MAX_RETRY_MS, idle: witnessRefresh };
  const parts = {
    post: postOver(fetch, witnessTimeout),
    now: () => clock.now(),
    steady: now,
    tolerance: settings.clockTolerance / 1000,
    tell,
  };
  const grace = mode === 'require' ? GRACE_MS : undefined;
  return async (store) => {
    const witnesses = policy && new HttpWitnesses(policy, await store.lastCosignatures(), parts, { grace });
    return { mode, witnesses, times, timeoutMs: publishTimeout, overruled: settings.overruleWitness ?? 0, alarm, now };
  };
}

/** Shows nothing to anyone and asks no witness: for a log that a command opens. */
export async function withoutWitnesses(): Promise<Publication> {
  const times = { pause: 0, retry: 0, longest: 0, idle: 0 };
  const [alarm, now] = [() => undefined, () => performance.now()];
  return { mode: 'off', witnesses: undefined, times, timeoutMs: 0, overruled: 0, alarm, now };
}

/** @param setting - that names the file @throws LogRefused */
export function readPolicy(setting: string, file: string): Policy {
  try {
    return parsePolicy(readFileSync(file));
  } catch (error) {
    if (error instanceof MalformedPolicy)
      throw new LogRefused(`${setting} ${file} is no policy: ${error.message.replaceAll('\n', '; ')}`);
    throw new LogRefused(
      `${setting} ${file} cannot be read: ${error instanceof Error ? systemReason(error) : String(error)}`,
    );
  }
}

/** A policy that no round of asking can meet would stop the log, or ask for ever. @throws LogRefused */
function requireMeetable(file: string, policy: Policy, mode: Settings['witness']): void {
  const asked = policy.witnesses.filter(({ url, verifier }) => url !== undefined && verifier !== undefined);
  const names = asked.map(({ name }) => name);
  if (names.length === 0)
    throw new LogRefused(`${file} names no witness to ask: a line is needed such as witness NAME VKEY https://HOST/`);
  if (!hasQuorum(policy, new Set(names)))
    throw new LogRefused(
      `${file} asks for a quorum that cannot be met: of its witnesses only ${names.join(', ')} can be asked, the others have no address or a key that is not Ed25519`,
    );
  if (mode === 'require' && policy.quorum === undefined)
    throw new LogRefused(
      `${file} says "quorum none", so there is nothing to require: name a quorum, or set --witness=prefer`,
    );
}
