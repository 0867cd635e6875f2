import { existsSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../base/bytes.ts';
import { LogRefused } from '../log/failures.ts';
import { holdJournal } from '../log/journal-check.ts';
import { recordPlace } from '../server/place.ts';
import { type ShardFolder, shardFolders } from '../server/shard-folders.ts';
import type { LogIdentity, StoredHead } from '../storage/contract.ts';
import { makePrivateFolder } from '../storage/folders.ts';
import { openFileJournal } from '../storage/engines/file-journal/open.ts';
import { openWitnessedJournal } from '../storage/engines/file-journal/witnessed.ts';
import { type FolderLock, lockFolder } from '../storage/engines/sqlite/file/lock.ts';
import { openSqliteReading } from '../storage/engines/sqlite/open-reading.ts';
import { openSqliteStore, type SqliteStore } from '../storage/engines/sqlite/open.ts';
import { Crew } from './audit/crew.ts';
import { auditTree } from './audit/tree.ts';
import { Damaged } from './audit/wire.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';

/*
 * Lets a log sign again that refuses to, because its head journal is missing or ahead of it, or its folder has moved.
 * It re-hashes every entry first, and asks for the size in so many digits: whoever types it says that no larger head
 * was ever shown to anyone. If one was, signing again is a fork, and only outsiders can tell.
 */

const USAGE = `npm run recover -- [--data FOLDER] [--heads FOLDER] [--accept-size N]

Re-hashes every entry of every shard. Without --accept-size it only looks, and says what it found. The server must be stopped.

--accept-size N  lets the log go on from its N entries: you know that no larger head was ever shown to anyone
`;

interface HeldShard extends ShardFolder {
  readonly store: SqliteStore;
  readonly headsLock: FolderLock;
  readonly identity: LogIdentity;
  /** Undefined for a shard without entries. */
  readonly head: StoredHead | undefined;
}

async function recover(data: string, heads: string, acceptSize: string | undefined): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const shards: HeldShard[] = [];
  for (const place of shardFolders(data, heads)) {
    const shard = await hold(place, cleanup);
    if (shard) shards.push(shard);
  }
  for (const shard of shards) await examine(shard);
  await examineWitness(shards);
  const size = shards.reduce((sum, { head }) => sum + (head?.size ?? 0), 0);
  if (acceptSize === undefined) return say(`to let the log go on from here, add: --accept-size ${size}`);
  if (acceptSize !== String(size)) throw new LogRefused(`--accept-size is ${acceptSize}, and the log has ${size}`);
  for (const shard of shards) await beginJournal(shard);
  recordPlace(data);
  say(`log ${shards.at(-1)?.identity.origin} goes on from ${size}: start it as usual`);
}

/** Keeps everyone else out of the shard. Undefined for a later one that nobody has opened yet. @throws LogRefused, StoreRefused */
async function hold(place: ShardFolder, cleanup: AsyncDisposableStack): Promise<HeldShard | undefined> {
  const { number, folder, heads } = place;
  const owner = `recovery, process ${process.pid} on ${hostname()}`;
  const store = existsSync(join(folder, 'stele.db'))
    ? cleanup.use(await openSqliteStore(folder, { owner, announce: say }))
    : undefined;
  const identity = await store?.identity();
  if (store && identity) {
    makePrivateFolder(heads);
    const headsLock = cleanup.use(lockFolder(heads, owner));
    return { ...place, store, headsLock, identity, head: await store.head() };
  }
  if (number === 1) throw new LogRefused(`${folder} holds no log`);
  return undefined;
}

/** @throws LogRefused naming what is damaged first: such a copy cannot be used */
async function examine({ folder, headsLock, identity, head }: HeldShard): Promise<void> {
  const { origin } = identity;
  if (head === undefined) say(`${origin}: no entries`);
  else {
    const root = await rootOf(folder, head).catch((error: unknown) => {
      if (error instanceof Damaged) throw new LogRefused(`${origin}: ${error.message}. This copy cannot be used`);
      throw error;
    });
    say(`${origin}: ${head.size} entries, all there, under the root that was signed: ${toHex(root)}`);
  }
  await using journal = await openFileJournal(headsLock);
  say(`${origin}: the head journal ends at ${journal.last()?.size ?? 'nothing'}`);
}

async function rootOf(folder: string, head: StoredHead): Promise<Uint8Array> {
  await using crew = new Crew({ folder }, availableParallelism());
  using reading = openSqliteReading(folder);
  return (await auditTree(reading, crew, head, [])).root;
}

/** A witness that has forgotten what it cosigned must not go on as the one it was, whatever the log does. */
async function examineWitness([first]: readonly HeldShard[]): Promise<void> {
  if (first === undefined) return;
  await using journal = await openWitnessedJournal(first.headsLock);
  const state = await first.store.witnessed();
  for (const [origin, { size }] of journal.last()) {
    const kept = state.find((head) => head.origin === origin)?.size ?? 0;
    if (kept >= size) continue;
    say(
      `the witness has cosigned ${origin} at ${size}, and its state here says ${kept}: it needs another key and name`,
    );
    say('(--witness-key and --witness-name for npm start; then delete witnessed.txt beside heads.txt)');
  }
}

async function beginJournal({ headsLock, store, identity, head: stored }: HeldShard): Promise<void> {
  await using journal = await openFileJournal(headsLock);
  await holdJournal({ store, journal, identity, stored, freeze: await store.frozen() });
}

const options = { 'accept-size': { type: 'string' } } as const;
await runCommand({ usage: USAGE, verb: 'recover', options }, async ({ settings, values, words }) => {
  if (words.length > 0) throw new UsageFault(`${words.join(' ')}: it takes no words`);
  await recover(settings.data, settings.heads, values['accept-size']);
});
