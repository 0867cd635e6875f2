import { STELE } from '../../base/stele-command.ts';
import { LogRefused } from '../../log/failures.ts';
import { codeOfWriting } from '../../storage/folders.ts';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PlannedShard, ShardPlace } from './planned-shard.ts';
import { quoted, recoverCommandOf } from './recover-command.ts';
import { requireOwnLog } from '../shards/own-log.ts';
import { isUnopened, type ShardFolder, shardFolders } from '../shards/shard-folders.ts';
import { decide, type Decision, type Seen, type Wish } from './decision.ts';
import { lookAt } from './look.ts';
import { verifySeen } from './verify.ts';

type WishOf = Omit<Wish, 'recoverCommand'>;

export interface PlanSettings extends WishOf {
  readonly data: string;
  readonly heads: string;
  readonly rekorKey: string;
  readonly c2spKey: string;
  readonly keyPassphrase?: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Looks at all shards and decides what is to be done with each. Writes nothing.
 *
 * @throws LogRefused, StoreRefused for a start that must not be
 */
export async function planStart(settings: PlanSettings): Promise<readonly PlannedShard[]> {
  requireOwnLog(settings.data);
  const folders = shardFolders(settings.data, settings.heads);
  requireAllUnlocked(folders);
  try {
    return await planShards(settings, folders);
  } catch (error) {
    requireAllUnlocked(folders); // what another process is changing reads as damage
    throw error;
  }
}

/** @throws StoreRefused */
function requireAllUnlocked(folders: readonly ShardFolder[]): void {
  for (const { folder, heads, engine } of folders) for (const one of [folder, heads]) engine.requireUnlocked(one);
}

async function planShards(settings: PlanSettings, folders: readonly ShardFolder[]): Promise<readonly PlannedShard[]> {
  requireWritable(settings, folders);
  const plan: PlannedShard[] = [];
  const all: Seen[] = [];
  const recoverCommand = recoverCommandOf(settings);
  let offset = 0;
  for (const [at, shard] of folders.entries()) {
    const place =
      at === 0
        ? { ...settings, ...ofFirst(shard), offset, recoverCommand }
        : { ...placeOf(settings, shard, offset), recoverCommand };
    const later = folders.slice(at + 1).map(({ folder }) => folder);
    const wish = at === 0 ? settings : LATER_SHARD_WISH;
    const look = async (): Promise<Seen> => ofShard(at, await lookAt(place, later));
    const seen = await look();
    const act = accepted(decide(seen, { ...wish, recoverCommand }));
    await verifySeen(seen, place);
    requireEnded(seen, folders[at + 1]);
    plan.push({
      place,
      act,
      confirm: async () => requireSame(place, act, decide(await look(), { ...wish, recoverCommand })),
    });
    all.push(seen);
    offset += seen.database.state === 'log' ? (seen.database.head?.size ?? 0) : 0;
  }
  requireDistinct(all, folders);
  return plan;
}

/** Before all else: a snapshot that is mounted to be read is also another place. @throws LogRefused */
function requireWritable(settings: PlanSettings, folders: readonly ShardFolder[]): void {
  const [data, heads] = [quoted(resolve(settings.data)), quoted(resolve(settings.heads))];
  for (const folder of folders.flatMap((shard) => [shard.folder, shard.heads])) {
    const code = existsSync(folder) ? codeOfWriting(folder) : undefined;
    if (code === undefined) continue;
    throw new LogRefused(
      `this process may not write in ${folder} (${code}), and a server does: give its user that right, or mount it for writing. ` +
        `To serve the log as it is: ${STELE} serve --read-only --data ${data} --heads ${heads}. To look at it: ${STELE} audit or ${STELE} export with the same --data and --heads`,
    );
  }
}

/** A later shard begins once its folder is there, under keys of its own. */
const LATER_SHARD_WISH: WishOf = { begin: false, volume: 'fixed', mayBegin: true };

/** The record of where the log is stands in the folder of the first shard, which holds the others. */
function ofShard(at: number, seen: Seen): Seen {
  return at === 0 ? seen : { ...seen, hasPlace: false, placeChanges: [] };
}

/** The parts of its place that are not settings. */
export function ofFirst({ folder, heads, engine }: Pick<ShardFolder, 'folder' | 'heads' | 'engine'>) {
  return { folder, heads, engine, isFirst: true, later: undefined };
}

function placeOf(
  settings: PlanSettings,
  { number, folder, heads, engine, origin, begun }: ShardFolder,
  offset: number,
): Omit<ShardPlace, 'recoverCommand'> {
  const [rekorKey, c2spKey] = [keyFile(folder, 'rekor-v1'), keyFile(folder, 'tile')];
  const { keyPassphrase } = settings;
  const later = { number, recordedIn: [settings.data, settings.heads], begun };
  return { folder, isFirst: false, later, heads, engine, rekorKey, c2spKey, keyPassphrase, origin, offset };
}

const keyFile = (folder: string, name: string): string => join(folder, 'keys', `${name}.pem`);

/** @throws LogRefused */
function accepted(decision: Decision): 'open' | 'begin' {
  if (decision.act === 'refuse') throw new LogRefused(decision.reason);
  return decision.act;
}

/** @throws LogRefused */
function requireSame({ folder }: ShardPlace, planned: 'open' | 'begin', now: Decision): void {
  if (accepted(now) === planned) return;
  throw new LogRefused(`another process changed ${folder} while this one started: start again`);
}

/** A shard is made once the one before it has ended. @param next - the shard that follows @throws LogRefused */
function requireEnded({ database }: Seen, next: ShardFolder | undefined): void {
  if (next === undefined || database.state !== 'log' || database.frozen) return;
  const hasBegun = next.begun !== undefined || !isUnopened(next) || existsSync(next.heads);
  const advice = hasBegun ? 'put back what is newer' : 'put back what is newer, or move that folder away';
  throw new LogRefused(`${database.identity.origin} still grows, and ${next.folder} is there to follow it: ${advice}`);
}

/** A second tree under one origin is a fork to everyone outside. @throws LogRefused */
function requireDistinct(all: readonly Seen[], folders: readonly ShardFolder[]): void {
  const identities = all.flatMap(({ database }) => (database.state === 'log' ? [database.identity] : []));
  const begun = folders.slice(identities.length).flatMap(({ origin }) => origin ?? []);
  const names = {
    origin: [...identities.map(({ origin }) => origin), ...begun],
    treeId: identities.map(({ treeId }) => treeId),
    logId: identities.map(({ logId }) => logId),
  };
  for (const values of Object.values(names)) {
    const twice = values.find((value, at) => values.indexOf(value) !== at);
    if (twice !== undefined) throw new LogRefused(`two shards are ${twice}: a name is used once, for ever`);
  }
}
