import { formatVkey } from '../checkpoint/vkey.ts';
import type { Clock } from '../log/clock.ts';
import { LogRefused } from '../log/failures.ts';
import type { Log } from '../log/types.ts';
import { clockOf } from '../host/clock/clock.ts';
import { originName } from '../host/settings/values/network-values.ts';
import type { Settings } from '../host/settings/table.ts';
import { addShardFolder } from '../host/shards/shard-folders.ts';
import { type StartedLog, startLog } from '../host/start/start-log.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';
import { withoutWitnesses } from '../host/witness/publication.ts';
import { openShards } from '../host/shards/read-shards.ts';
import { engineOf } from '../storage/engines/index.ts';
import { noLogIn } from '../storage/failures.ts';

/*
 * Ends a log's active shard, and begins the next. Each step is one durable write, and the same command finds where an
 * interrupted one stopped: the shard is frozen by one row, and the next one is there once its folder is. What is missing in
 * that folder is made by whoever opens the log next, this command or the server.
 */

const USAGE = `npm run shard -- [list | freeze | next ORIGIN] [--data FOLDER] [--heads FOLDER]

list         says which shards the log has; the server may run
freeze       ends the log: no entry is taken any more, and all can be read for ever
next ORIGIN  freezes the active shard, unless it is, and begins the next one: a tree of its own, with new keys, under a host
             name that no shard has had. Entries are taken again, by that shard, when the server is started

For freeze and next the server must be stopped. Neither can be undone. Flags, STELE_ variables and --config say where the log
is, as for npm start; --overrule-witness and --clock-checked mean what they mean there.
`;

async function list({ data, heads }: Settings): Promise<void> {
  using shards = await openShards(data, heads);
  for (const { number, identity, reading, frozen } of shards.all) {
    const { origin, treeId, offset } = identity;
    const size = (await reading.head())?.size ?? 0;
    const state = frozen === undefined ? 'active' : `frozen ${timeOf(frozen.at)}`;
    say(`${number} ${origin}: tree ${treeId}, ${size} entries from ${offset} on, ${state}`);
  }
}

async function freeze(settings: Settings): Promise<void> {
  const clock = clockOf(settings);
  await using log = await start(settings, clock);
  const { active } = log.shards;
  if (active.frozenAt === undefined) await end(log, clock);
  else say(`${active.shard.origin} is frozen already, since ${timeOf(active.frozenAt)}`);
}

async function next(settings: Settings, origin: string | undefined): Promise<void> {
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
    if (active.frozenAt === undefined) await end(log, clock);
    addShardFolder(settings.data, all.length + 1, name);
  }
  await using log = await start(settings, clock);
  announce(log.shards.active);
}

async function end({ shards, started }: StartedLog, clock: Clock): Promise<void> {
  const shard = started.at(-1);
  const { size, at } = shards.active.head();
  await shard?.opened.freeze(Math.max(clock.now(), at));
  say(`froze ${shards.active.shard.origin} at ${size} entries`);
  await shard?.store.finalize();
}

/** Prints the facts that others must know before they trust the shard. */
function announce({ shard }: Log): void {
  say(`${shard.origin} is the active shard once the server is started`);
  say(`  tree id  ${shard.treeId}`);
  say(`  log id   ${shard.logId}`);
  say(`  begins   at virtual index ${shard.offset}`);
  say(`  vkey     ${formatVkey(shard.c2spKey)}`);
  say(shard.publicKey.trimEnd());
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

await runCommand({ usage: USAGE, verb: 'go on', options: {} }, async ({ settings, words }) => {
  const [word = 'list', ...rest] = words;
  if (word === 'next' && rest.length < 2) return next(settings, rest[0]);
  if (word === 'freeze' && rest.length === 0) return freeze(settings);
  if (word === 'list' && rest.length === 0) return list(settings);
  throw new UsageFault(`${words.join(' ')} is none of list, freeze and next ORIGIN`);
});
