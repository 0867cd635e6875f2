import { formatVkey } from '../../../checkpoint/vkey.ts';
import type { Clock } from '../../../log/clock.ts';
import { LogRefused } from '../../../log/failures.ts';
import type { Log } from '../../../log/types.ts';
import { recordActOf } from '../../../host/admin-log/admin-log.ts';
import { clockOf } from '../../../host/clock/clock.ts';
import { originName } from '../../../host/settings/values/network-values.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { addShardFolder } from '../../../host/shards/shard-folders.ts';
import { type StartedLog, startLog } from '../../../host/start/start-log.ts';
import { operation, type Outcome, say } from '../../operate/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { withoutWitnesses } from '../../../host/witness/publication.ts';
import { openShards } from '../../../host/shards/read-shards.ts';
import { engineOf } from '../../../storage/engines/index.ts';
import { noLogIn } from '../../../storage/failures.ts';
import type { shard as shardAbout } from './about.ts';

/*
 * Ends a log's active shard, and begins the next. Each step is one durable write, and the same command finds where an
 * interrupted one stopped: the shard is frozen by one row, and the next one is there once its folder is. What is missing in
 * that folder is made by whoever opens the log next, this command or the server.
 */

async function list({ data, heads }: Settings, isJson: boolean): Promise<Outcome> {
  using shards = await openShards(data, heads);
  const listed = [];
  for (const { number, identity, reading, frozen } of shards.all) {
    const { origin, treeId, offset } = identity;
    const size = (await reading.head())?.size ?? 0;
    const state = frozen === undefined ? 'active' : `frozen ${timeOf(frozen.at)}`;
    listed.push({ number, origin, treeId, size, offset, frozen: frozen === undefined ? null : timeOf(frozen.at) });
    if (!isJson) say(`${number} ${origin}: tree ${treeId}, ${size} entries from ${offset} on, ${state}`);
  }
  return { json: { shards: listed } };
}

async function freeze(settings: Settings): Promise<Outcome> {
  const clock = clockOf(settings);
  await using log = await start(settings, clock);
  const { active } = log.shards;
  if (active.frozenAt === undefined) {
    await recordActOf(settings.data, { action: 'shard-freeze', details: { origin: active.shard.origin } });
    await end(log, clock);
  } else say(`${active.shard.origin} is frozen already, since ${timeOf(active.frozenAt)}`);
  return { json: { frozen: active.shard.origin, size: active.head().size } };
}

async function next(settings: Settings, origin: string | undefined): Promise<Outcome> {
  const name = origin === undefined ? undefined : originName.parse(origin);
  if (name === undefined) throw new UsageFault(`the next shard needs ${originName.expects}`);
  const clock = clockOf(settings);
  {
    await using log = await start(settings, clock);
    const { active, all } = log.shards;
    const isBegun = all.length > 1 && active.shard.origin === name && active.head().size === 0;
    if (isBegun) return announce(active);
    if (all.some(({ shard }) => shard.origin === name))
      throw new LogRefused(`${name} is the origin of a shard already: a name is used once, for ever`);
    await recordActOf(settings.data, { action: 'shard-next', details: { origin: name } });
    if (active.frozenAt === undefined) await end(log, clock);
    addShardFolder(settings.data, all.length + 1, name);
  }
  await using log = await start(settings, clock);
  return announce(log.shards.active);
}

async function end({ shards, started }: StartedLog, clock: Clock): Promise<void> {
  const shard = started.at(-1);
  const { size, at } = shards.active.head();
  await shard?.opened.freeze(Math.max(clock.now(), at));
  say(`froze ${shards.active.shard.origin} at ${size} entries`);
  await shard?.store.finalize();
}

/** Prints the facts that others must know before they trust the shard. */
function announce({ shard }: Log): Outcome {
  say(`${shard.origin} is the active shard once the server is started`);
  say(`  tree id  ${shard.treeId}`);
  say(`  log id   ${shard.logId}`);
  say(`  begins   at virtual index ${shard.offset}`);
  say(`  vkey     ${formatVkey(shard.c2spKey)}`);
  say(shard.publicKey.trimEnd());
  const { origin, treeId, logId, offset, publicKey } = shard;
  return { json: { origin, treeId, logId, offset, vkey: formatVkey(shard.c2spKey), publicKey } };
}

/** Opens the log as the server does, but for entry 0, which the server writes under its own settings. */
async function start(settings: Settings, clock: Clock): Promise<StartedLog> {
  if (!engineOf(settings.data).exists(settings.data)) throw new LogRefused(noLogIn(settings.data));
  const fatal = (reason: unknown): never => {
    throw reason;
  };
  return startLog(
    { ...settings, begin: false, mayBegin: false, genesis: undefined, limits: settings },
    {
      clock,
      fatal,
      announce: say,
      warn: say,
      publication: async () => ({ ...(await withoutWitnesses()), overruled: settings.overruleWitness ?? 0 }),
    },
  );
}

const timeOf = (seconds: number): string => new Date(1000 * seconds).toISOString();

export const run = operation<typeof shardAbout.options>(
  'go on',
  async ({ settings, words: [word = 'list', ...rest], output }) => {
    const { isJson } = output;
    if (word === 'next' && rest.length < 2) return next(settings, rest[0]);
    if (word === 'freeze' && rest.length === 0) return freeze(settings);
    if (word === 'list' && rest.length === 0) return list(settings, isJson);
    throw new UsageFault(`${[word, ...rest].join(' ')} is none of list, freeze and next ORIGIN`);
  },
);
