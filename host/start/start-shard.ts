import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AdmittedEntry } from '../../entries/kind.ts';
import type { Clock } from '../../log/clock.ts';
import { openLog } from '../../log/open.ts';
import type { LogKeys, OpenedLog, Publication } from '../../log/opening.ts';
import type { SequencerLimits } from '../../log/waiting-entries.ts';
import type { LogReads, LogStore } from '../../storage/contract.ts';
import type { IdentityStore, LogIdentity } from '../../storage/identity.ts';
import { recordBegunShard } from '../shards/begun-shards.ts';
import type { OpenStore, RoomSettings } from '../../storage/engine.ts';
import type { HeldJournals } from '../../storage/journal.ts';
import { genesisOf, type GenesisKind, ownEntry } from './genesis.ts';
import { writeDurably } from '../folder/durable-file.ts';
import { foldersOfKeys, openKey } from '../keys/key-place.ts';
import { generateEphemeralKey, type LogKey, c2spKeyOf } from '../keys/keys.ts';
import { recordPlace } from '../folder/folder-identity.ts';
import { DEFAULT_ORIGIN } from '../settings/values/network-values.ts';
import { prepareFolders, prepareKeys, setGenesisAside } from './begin.ts';
import type { PlannedShard, ShardPlace } from './planned-shard.ts';
import { trialSentence } from './trial-log.ts';
import { markKeysUsed } from '../keys/unused-keys.ts';

export interface ShardSettings {
  /** Form of entry 0; undefined for none. */
  readonly genesis: GenesisKind | undefined;
  /** Keys in memory and data in a temporary folder. */
  readonly dev: boolean;
  readonly limits: SequencerLimits;
  /** Bytes that stay free on the volumes of the data and the heads folder; undefined for the standard share of each. */
  readonly minFree: number | undefined;
}

export interface StartOptions {
  readonly clock: Clock;
  readonly fatal: (reason: unknown) => void;
  /** Told once for each thing that the first start made. */
  readonly announce: (sentence: string) => void;
  /** Told of what is found damaged while nobody reads. */
  readonly damaged?: (sentence: string) => void;
  /** Told of what the operator should know of while the log runs. */
  readonly warn: (sentence: string) => void;
  /** How heads come to be shown: of a shard that grows. */
  readonly publication: (store: LogStore) => Promise<Publication>;
}

export interface StartedShard extends AsyncDisposable {
  readonly opened: OpenedLog;
  readonly store: OpenStore;
  readonly journals: HeldJournals;
  /** Makes an entry of the log's own over a document; undefined for a shard that has ended. */
  readonly signOwn: ((document: string, api: GenesisKind) => Promise<AdmittedEntry>) | undefined;
}

/** The third of three phases of a start: opens the shard in its folder, or begins it. @throws LogRefused, StoreRefused */
export async function startShard(
  shard: PlannedShard,
  settings: ShardSettings,
  options: StartOptions,
): Promise<StartedShard> {
  await using cleanup = new AsyncDisposableStack();
  const { announce } = options;
  const { place, act } = shard;
  const { folder, heads, rekorKey, c2spKey } = place;
  if (act === 'begin' && !settings.dev)
    prepareFolders([folder, heads, ...foldersOfKeys([rekorKey, c2spKey])], announce);
  const { store, journals, journal } = await openFiles(shard, roomOf(place, settings), options, cleanup);
  const keys = await keysOf(shard, store, settings.dev, announce, cleanup);
  const opened = cleanup.use(
    await openLog({
      ...options,
      store,
      journal,
      expected: await expectedOf(store, place, keys),
      keys: keys && { signers: { rekor: keys.rekor.signer, c2sp: keys.c2sp.signer }, publicKeys: publicKeysOf(keys) },
      c2spKeyOf,
      limits: settings.limits,
      publication: await options.publication(store),
      newTreeId,
      recoverCommand: place.recoverCommand,
      offset: place.offset,
    }),
  );
  if (!settings.dev) recordBegun(place, opened.identity); // nothing has been signed so far
  if (opened.created) announceBeginning(opened, place, settings.dev, announce);
  if (keys) await writeMissingGenesis(opened, keys, { store, settings, folder: place.folder, announce });
  cleanup.use(watchFiles([store, journal], options.fatal));
  const parts = cleanup.move();
  const signOwn = keys && ((document: string, api: GenesisKind) => ownEntry(document, keys.rekor, api));
  return { opened, store, journals, signOwn, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Writes down what keeps the shard from being begun a second time. Durable once it returns. */
function recordBegun({ folder, later }: ShardPlace, identity: LogIdentity): void {
  if (later !== undefined) recordBegunShard(later.recordedIn, { ...identity, number: later.number });
  markKeysUsed(folder, ['rekor', 'c2sp']);
}

/** Both folders are locked before anything in either is opened. @throws LogRefused, StoreRefused */
export async function openFiles(
  {
    place,
    confirm,
  }: Pick<PlannedShard, 'confirm'> & { readonly place: Pick<ShardPlace, 'engine' | 'folder' | 'heads'> },
  room: RoomSettings,
  { announce, damaged }: Pick<StartOptions, 'announce' | 'damaged'>,
  cleanup: AsyncDisposableStack,
) {
  const owner = `process ${process.pid} on ${hostname()}`;
  const held: HeldJournals[] = [];
  const lockHeads = (): Promise<void> => {
    held.push(cleanup.use(place.engine.journals.hold(place.heads, owner)));
    return confirm();
  };
  const parts = { owner, announce, confirm: lockHeads, damaged, room };
  const store = cleanup.use(await place.engine.open(place.folder, parts));
  const [journals] = held;
  if (journals === undefined) throw new Error('the store was opened before the heads folder was locked');
  return { store, journals, journal: cleanup.use(await journals.openHeads()) };
}

function roomOf({ heads }: ShardPlace, { minFree }: ShardSettings): RoomSettings {
  return { minFree, others: [heads] };
}

/** Milliseconds between two looks at the files of a log that nobody asks for anything. */
const WATCH_MS = 1000;

/** Looks again and again whether files are still those that were opened: what an idle log has lost would not be seen. */
export function watchFiles(
  watched: readonly { check(): Promise<void> }[],
  fatal: (reason: unknown) => void,
): AsyncDisposable {
  let looking: Promise<unknown> = Promise.resolve();
  const look = (): void => void (looking = Promise.all(watched.map((one) => one.check())).catch(fatal));
  const timer = setInterval(look, WATCH_MS).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await looking; // or it would miss files that are gone because the log was closed
    },
  };
}

function announceBeginning(
  { identity }: OpenedLog,
  place: ShardPlace,
  dev: boolean,
  announce: StartOptions['announce'],
): void {
  announce(`began log ${identity.origin} with tree id ${identity.treeId}`);
  if (place.origin !== undefined || dev) return;
  announce(trialSentence(identity.origin, place.folder));
}

interface GenesisParts {
  readonly store: Pick<LogReads, 'head'>;
  readonly settings: Pick<ShardSettings, 'genesis'>;
  readonly folder: string;
  readonly announce: StartOptions['announce'];
}

/** Writes entry 0 of a shard that is empty, unless it shall have none. */
async function writeMissingGenesis(
  { identity, log }: OpenedLog,
  keys: LogKeyPair,
  { store, settings: { genesis: kind }, folder, announce }: GenesisParts,
): Promise<void> {
  if (kind === undefined || log.frozenAt !== undefined || (await store.head()) !== undefined) return;
  const { document, entry } = await genesisOf(identity, keys.rekor, keys.c2sp, kind);
  writeDurably(join(folder, 'birth.json'), document);
  await log.addFirst(entry);
  announce('wrote entry 0, the log about itself (birth.json)');
}

export interface LogKeyPair {
  readonly rekor: LogKey;
  readonly c2sp: LogKey;
}

export const publicKeysOf = ({ rekor, c2sp }: LogKeyPair): LogKeys['publicKeys'] => ({
  rekor: rekor.publicKey,
  c2sp: c2sp.publicKey,
});

/** A shard that has ended is who it is: it has no use for keys, and may have lost them. */
async function expectedOf(store: Pick<IdentityStore, 'identity'>, place: ShardPlace, keys: LogKeyPair | undefined) {
  const identity = await store.identity();
  const origin = place.origin ?? identity?.origin ?? DEFAULT_ORIGIN;
  if (keys !== undefined) return { origin, logId: keys.rekor.id, c2spKeyId: keys.c2sp.id };
  return { origin, logId: identity?.logId ?? '', c2spKeyId: identity?.c2spKeyId ?? '' };
}

/** Finds the keys that an existing shard needs to go on, or those of a log that begins now. @throws LogRefused, SignerUnavailable */
async function keysOf(
  { place, act }: PlannedShard,
  store: Pick<LogReads, 'identity' | 'frozen'>,
  dev: boolean,
  announce: (sentence: string) => void,
  cleanup: AsyncDisposableStack,
): Promise<LogKeyPair | undefined> {
  if (dev) return { rekor: generateEphemeralKey('rekor'), c2sp: generateEphemeralKey('c2sp') };
  if (act === 'begin') {
    const keys = await prepareKeys({ ...place, cleanup }, { rekor: place.rekorKey, c2sp: place.c2spKey }, announce);
    if (place.isFirst) recordPlace(place.folder);
    setGenesisAside(place.folder, announce);
    return keys;
  }
  const used = (await store.identity())?.publicKeys;
  if ((await store.frozen()) !== undefined && used !== undefined) return undefined;
  const { rekorKey, c2spKey, keyPassphrase: passphrase } = place;
  return {
    rekor: await openKey('rekor', rekorKey, { passphrase, used: used?.rekor }, cleanup),
    c2sp: await openKey('c2sp', c2spKey, { passphrase, used: used?.c2sp }, cleanup),
  };
}

/** A positive int64, random: two logs with one tree id could be taken for one. */
export function newTreeId(): string {
  const id = BigInt.asUintN(63, randomBytes(8).readBigUInt64BE());
  return String(id === 0n ? 1n : id);
}
