import { randomBytes } from 'node:crypto';
import type { Clock } from '../../log/clock.ts';
import { LogRefused } from '../../log/failures.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import { type RecordLog, Taken } from '../../storage/record-log.ts';
import { EMPTY_LIST } from '../../storage/records/record.ts';
import type { Step } from '../../storage/records/step.ts';
import { RecordList } from '../../storage/shared/record-list.ts';
import { foldersOfKeys } from '../keys/key-place.ts';
import { markKeysUsed } from '../keys/unused-keys.ts';
import { DEFAULT_ORIGIN } from '../settings/values/network-values.ts';
import { prepareFolders, prepareKeys } from '../start/begin.ts';
import { type GenesisKind, genesisOf } from '../start/genesis.ts';
import { requireTime } from '../start/start-log.ts';
import { type LogKeyPair, newTreeId, publicKeysOf } from '../start/start-shard.ts';

interface BeginSettings {
  readonly data: string;
  readonly rekorKey: string;
  readonly c2spKey: string;
  readonly keyPassphrase: string | undefined;
  readonly origin: string | undefined;
  readonly lead: 'yes' | 'no';
  readonly lease: number;
}

export interface BeginParts {
  readonly log: RecordLog;
  readonly clock: Clock;
  readonly genesis: GenesisKind | undefined;
  /** Where other machines reach this one. */
  readonly address: string;
  readonly announce: (sentence: string) => void;
  readonly now: () => number;
}

export interface BegunShared {
  readonly identity: LogIdentity;
  readonly keys: LogKeyPair;
  /** Of the leadership that record 0 begins, and when its append was begun. */
  readonly term: Uint8Array;
  readonly begun: number;
}

/**
 * Begins a shared log in an empty list: record 0 is its identity, so of two machines that begin at one time one does. The keys are made if
 * they are missing.
 *
 * @returns undefined where another machine was faster @throws LogRefused
 */
export async function beginShared(
  { data, lead, lease, ...settings }: BeginSettings,
  { log, clock, genesis, address, announce, now }: BeginParts,
  cleanup: AsyncDisposableStack,
): Promise<BegunShared | undefined> {
  if (lead === 'no')
    throw new LogRefused(`${log.name} is empty, and this machine may not lead: start one first that may`);
  requireTime(clock);
  const { rekorKey, c2spKey, keyPassphrase, origin = DEFAULT_ORIGIN } = settings;
  prepareFolders(foldersOfKeys([rekorKey, c2spKey]), announce);
  const keys = await prepareKeys(
    { folder: data, keyPassphrase, cleanup },
    { rekor: rekorKey, c2sp: c2spKey },
    announce,
  );
  const ids = { logId: keys.rekor.id, c2spKeyId: keys.c2sp.id };
  const identity = {
    treeId: newTreeId(),
    origin,
    ...ids,
    publicKeys: publicKeysOf(keys),
    offset: 0,
    created: clock.now(),
  };
  const document = genesis && (await genesisOf(identity, keys.rekor, keys.c2sp, genesis)).document;
  const [term, begun] = [randomBytes(16), now()];
  const steps: Step[] = [
    { op: 'lead', term, address },
    { op: 'create', identity },
    ...(document === undefined ? [] : [{ op: 'document', text: document } as const]),
  ];
  markKeysUsed(data, ['rekor', 'c2sp']);
  try {
    await new RecordList({ log, now, patience: lease }, EMPTY_LIST).append(steps);
  } catch (error) {
    if (error instanceof Taken) return undefined;
    throw error;
  }
  announce(`began the shared log ${identity.origin} with tree id ${identity.treeId} in ${log.name}`);
  return { identity, keys, term, begun };
}
