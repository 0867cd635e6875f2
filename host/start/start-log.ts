import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../log/clock.ts';
import { LogRefused } from '../../log/failures.ts';
import { LogShards } from '../../log/shards.ts';
import type { WitnessState } from '../../storage/witness-state.ts';
import { makeDevFolder } from '../folder/dev-folder.ts';
import { readRestoredMark, settleRestored } from '../folder/restored.ts';
import { refreshPlace } from '../folder/folder-identity.ts';
import { recoverCommandOf } from './recover-command.ts';
import type { PlannedShard } from './planned-shard.ts';
import { ofFirst, type PlanSettings, planStart } from './plan.ts';
import type { HeldJournals } from '../../storage/journal.ts';
import { firstFolder } from '../shards/shard-folders.ts';
import { type ShardSettings, type StartedShard, type StartOptions, startShard } from './start-shard.ts';

export interface StartSettings extends ShardSettings, PlanSettings {
  /** Policy of our own witness; undefined if there is none. */
  readonly witnessFor: string | undefined;
}

export interface StartedLog extends AsyncDisposable {
  readonly shards: LogShards;
  readonly started: readonly StartedShard[];
  /** Of our own witness: kept with the first shard. */
  readonly witnessState: WitnessState;
  /** Those of the first shard, with the journal of our own witness. */
  readonly journals: HeldJournals;
  /** As `OpenedLog.publish`, for every shard. */
  publish(): Promise<void>;
}

export interface StartLogOptions extends StartOptions {
  /** Called before the first write. What it throws refuses the start. @param first - of the shards */
  readonly verify?: ((first: PlannedShard) => Promise<void>) | undefined;
}

/** Opens the log that the settings name, all its shards, or begins it. @throws LogRefused, StoreRefused */
export async function startLog(settings: StartSettings, options: StartLogOptions): Promise<StartedLog> {
  await using cleanup = new AsyncDisposableStack();
  const folder = settings.dev ? makeDevFolder() : settings.data;
  if (settings.dev) cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const plan = settings.dev ? planInMemory(settings, folder) : await planStart(settings);
  if (plan.some(({ act }) => act === 'begin')) requireTime(options.clock);
  if (plan[0] !== undefined) await options.verify?.(plan[0]);

  const started: StartedShard[] = [];
  for (const shard of plan) started.push(cleanup.use(await startShard(shard, settings, options)));
  const first = started[0] as StartedShard;
  const shards = new LogShards(started.map(({ opened }) => opened.log));
  // The memory of our own witness is written down with the first shard, also when that has ended.
  const ended = started.filter(
    ({ opened: { log }, store }) =>
      log.frozenAt !== undefined && !(store === first.store && settings.witnessFor !== undefined),
  );
  await Promise.all(ended.map(({ store }) => store.finalize()));
  if (!settings.dev) settlePlace(folder, settings.volume);
  const parts = cleanup.move();
  const publish = async (): Promise<void> => {
    for (const { opened } of started) await opened.publish();
  };
  const { store: witnessState, journals } = first;
  return { shards, started, witnessState, journals, publish, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Writes down where the folder is. One that was restored has been found to lack nothing, and is as any other from now on. */
function settlePlace(folder: string, volume: StartSettings['volume']): void {
  if (readRestoredMark(folder) !== undefined) settleRestored(folder);
  else if (volume === 'fixed') refreshPlace(folder);
}

/** A log that begins under a wrong clock has its first entry in another time for ever. @throws LogRefused */
export function requireTime(clock: Clock): void {
  const reason = clock.reasonUntrusted(0);
  if (reason !== undefined) throw new LogRefused(`no log begins now: ${reason}`);
}

/** A log whose folder is made for it. */
function planInMemory(settings: StartSettings, folder: string): readonly PlannedShard[] {
  const recoverCommand = recoverCommandOf(settings);
  const place = { ...settings, ...ofFirst(firstFolder(folder, join(folder, 'heads'))), offset: 0, recoverCommand };
  return [{ place, act: 'begin', confirm: async () => undefined }];
}
