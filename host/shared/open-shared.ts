import type { AdmittedEntry } from '../../entries/kind.ts';
import type { Clock } from '../../log/clock.ts';
import { LogRefused } from '../../log/failures.ts';
import { FreshLog } from '../../log/fresh-log.ts';
import { openSharedLog } from '../../log/open-shared.ts';
import type { OpenedLog, Publication } from '../../log/opening.ts';
import { LogShards } from '../../log/shards.ts';
import type { LogStore } from '../../storage/contract.ts';
import { openRecordLog } from '../../storage/engines/index.ts';
import type { OpenStore } from '../../storage/engine.ts';
import type { OpenHeadJournal } from '../../storage/journal.ts';
import { type RecordLog, Trimmed } from '../../storage/record-log.ts';
import { RecordList } from '../../storage/shared/record-list.ts';
import { sharedStore } from '../../storage/shared/shared-store.ts';
import { c2spKeyOf } from '../keys/keys.ts';
import type { Settings } from '../settings/table.ts';
import { shardFolders } from '../shards/shard-folders.ts';
import { prepareFolders } from '../start/begin.ts';
import { type GenesisKind, ownEntry } from '../start/genesis.ts';
import { type LogKeyPair, newTreeId, openFiles, publicKeysOf, watchFiles } from '../start/start-shard.ts';
import { type BegunShared, beginShared } from './begin-shared.ts';
import { identityIn, LocalCopy } from './copy.ts';
import { Member } from './member.ts';
import { type Peers, PlaceDesk } from './place-desk.ts';
import { Places } from './places.ts';
import { keysToJoin, secretOf } from './shared-keys.ts';

export interface SharedOptions {
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  readonly announce: (sentence: string) => void;
  readonly warn: (sentence: string) => void;
  readonly damaged: (sentence: string) => void;
  readonly publication: (store: LogStore) => Promise<Publication>;
  readonly genesis: GenesisKind | undefined;
  readonly peers: Peers;
  /** Variables of the process: an object store is found by those of AWS. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** This machine's part of a log that several share. */
export interface SharedLog extends AsyncDisposable {
  readonly shards: LogShards;
  readonly member: Member;
  /** Answers other machines. */
  readonly desk: PlaceDesk;
  /** Makes an entry of the log's own over a document; undefined on a machine that never leads. */
  readonly sign: ((document: string, api: GenesisKind) => Promise<AdmittedEntry>) | undefined;
  /** Shows the log's heads, and follows or leads from now on. */
  publish(): Promise<void>;
}

export type SharedSettings = Settings & { readonly shared: string };

/**
 * Opens this machine's copy of a shared log, brings it up to date, and joins the other machines; in an empty list it begins the log.
 *
 * @throws LogRefused, StoreRefused, RecordLogRefused, RecordLogUnreachable
 */
export async function openShared(settings: SharedSettings, options: SharedOptions): Promise<SharedLog> {
  await using cleanup = new AsyncDisposableStack();
  const needsStandby = settings.sharedStandby === 'require';
  const log = cleanup.use(await openRecordLog(settings.shared, { env: options.env, needsStandby }));
  const files = await openCopy(settings, options, cleanup);
  const { copy, keys, begun } = await foundLog(settings, options, { ...files, log }, cleanup);
  const now = (): number => performance.now();
  const list = new RecordList({ log, now, patience: settings.lease }, await copy.place(log));
  const places = new Places({ ...options, ...files, settings, copy, keys, now });
  const member = cleanup.use(
    new Member({
      ...options,
      list,
      now,
      lease: settings.lease,
      follower: copy.follower,
      address: options.peers.address,
      mayLead: keys !== undefined,
      lead: () => places.lead(),
      moved: (steps) => copy.moved(steps, list.end, now()),
    }),
  );
  options.announce(`reads the shared log in ${log.name} from record ${list.end.records} on`);
  await member.catchUp();
  copy.requireWithin(log);
  if (begun !== undefined) member.leadBy(begun.term, begun.begun);
  const opened = cleanup.use(await openLogOf(settings, options, { ...files, copy, keys, member, places }));
  cleanup.use(watchFiles([files.store, files.journal], options.fatal));
  const secret = await secretOf(settings, copy.identity, keys);
  const desk = new PlaceDesk({ secret, member, log: opened.log, peers: options.peers });
  places.sendBy(desk);
  const parts = cleanup.move();
  return {
    shards: new LogShards([new FreshLog(opened.log, () => member.ask())]),
    member,
    desk,
    sign: keys && ((document, api) => ownEntry(document, keys.rekor, api)),
    publish: async () => {
      await opened.publish();
      member.start();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface CopyFiles {
  readonly store: OpenStore;
  readonly journal: OpenHeadJournal;
}

interface FoundLog {
  readonly copy: LocalCopy;
  /** Undefined on a machine that never leads. */
  readonly keys: LogKeyPair | undefined;
  /** Where this start began the log. */
  readonly begun: BegunShared | undefined;
}

/** Finds the log that the list is of, or begins it. @throws LogRefused */
async function foundLog(
  settings: SharedSettings,
  options: SharedOptions,
  { store, log }: CopyFiles & { readonly log: RecordLog },
  cleanup: AsyncDisposableStack,
): Promise<FoundLog> {
  const first = await firstIdentity(log, store);
  const parts = { ...options, log, address: options.peers.address, now: () => performance.now() };
  const begun = first === undefined ? await beginShared(settings, parts, cleanup) : undefined;
  const copy = await LocalCopy.open(settings.data, store, log, first ?? (await identityIn(log)));
  return { copy, begun, keys: begun?.keys ?? (await keysToJoin(settings, copy.identity, cleanup)) };
}

/** @throws LogRefused */
async function openLogOf(
  settings: SharedSettings,
  options: SharedOptions,
  parts: CopyFiles &
    Pick<FoundLog, 'copy' | 'keys'> & {
      readonly member: Member;
      readonly places: Places;
    },
): Promise<OpenedLog> {
  const { store, journal, copy, keys, member, places } = parts;
  if (keys === undefined && copy.follower.head.size === 0)
    throw new LogRefused(
      'the shared log has no entry yet, and this machine cannot sign for one: start it once another leads',
    );
  return openSharedLog(
    {
      ...options,
      store: sharedStore(store, () => member.writer),
      journal,
      expected: expectedOf(settings, copy, keys),
      keys: keys && { signers: { rekor: keys.rekor.signer, c2sp: keys.c2sp.signer }, publicKeys: publicKeysOf(keys) },
      c2spKeyOf,
      limits: settings,
      publication: await options.publication(store),
      newTreeId,
      recoverCommand: '',
      placing: (placing) => places.open(placing, member),
    },
    copy.follower,
  );
}

/** Opens the files of the copy, which may be new. @throws LogRefused, StoreRefused */
async function openCopy(
  { data, heads, minFree }: SharedSettings,
  { announce, damaged }: SharedOptions,
  cleanup: AsyncDisposableStack,
): Promise<CopyFiles> {
  const [first, later] = shardFolders(data, heads);
  if (first === undefined || later !== undefined)
    throw new LogRefused(`${data} has more than one shard, and machines share a log of one`);
  prepareFolders([data, heads], announce);
  const room = { minFree, others: [heads] };
  return openFiles({ place: first, confirm: async () => undefined }, room, { announce, damaged }, cleanup);
}

/** The log that the list begins with; undefined for an empty list. @throws LogRefused for a list that has lost the log of this copy */
async function firstIdentity(log: RecordLog, store: OpenStore) {
  try {
    const first = await identityIn(log);
    const found = await store.identity();
    if (first !== undefined || found === undefined) return first;
    throw new LogRefused(
      `${log.name} is empty, and the data folder holds log ${found.treeId} (${found.origin}): name the list of this log, or an empty folder`,
    );
  } catch (error) {
    const found = error instanceof Trimmed ? await store.identity() : undefined;
    if (found === undefined) throw error;
    return found;
  }
}

function expectedOf({ origin }: SharedSettings, { identity }: LocalCopy, keys: LogKeyPair | undefined) {
  const ids = keys ? { logId: keys.rekor.id, c2spKeyId: keys.c2sp.id } : identity;
  return { origin: origin ?? identity.origin, logId: ids.logId, c2spKeyId: ids.c2spKeyId };
}
