import { availableParallelism } from 'node:os';
import { toHex } from '../../../base/bytes.ts';
import { LogRefused } from '../../../log/failures.ts';
import { holdJournal, type JournalFault } from '../../../log/journal-check.ts';
import { recordActOf } from '../../../host/admin-log/admin-log.ts';
import { changesOfPlace, recordPlace } from '../../../host/folder/folder-identity.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { readRestoredMark, restoreCutShort, settleRestored } from '../../../host/folder/restored.ts';
import { requireOwnLog } from '../../../host/shards/own-log.ts';
import { type ShardFolder, shardFolders } from '../../../host/shards/shard-folders.ts';
import { holdWitnessJournal, type WitnessFault, witnessFault } from '../../../host/witness/witness-journal.ts';
import type { StoredHead } from '../../../storage/heads.ts';
import { WorkerPool } from '../../folder-audit/worker-pool.ts';
import { auditTree } from '../../folder-audit/tree.ts';
import { Damaged } from '../../../log/audit/reports.ts';
import { operation, type Outcome, say } from '../../operate/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { requireWitnessesAgree } from '../../operate/recover/ask-witnesses.ts';
import { requireNotBehind } from '../../operate/recover/newest-head.ts';
import { faultOf, type FoundShard, type HeldShard, holdShard, lookAtShard } from '../../operate/recover/shard.ts';
import type { recover as recoverAbout } from './about.ts';

/*
 * Says what can be done with a log that refuses to start because its head journal or its place does not fit, and lets it go
 * on where nothing that is known speaks against it. Where heads are known that it would contradict, it goes on only
 * for who asks for a fork by that name. No head that was ever known is lost: what is replaced is kept beside it.
 */

interface Found<Shard extends FoundShard> {
  readonly faults: readonly { readonly shard: Shard; readonly fault: JournalFault }[];
  readonly placeChanges: readonly string[];
  readonly witness: WitnessFault | undefined;
  /** Whether the folder was made from a backup, and has not been started since. */
  readonly isRestored: boolean;
}

interface Wish {
  readonly acceptSize: string | undefined;
  /** A file with a checkpoint. */
  readonly newestHead: string | undefined;
  readonly askWitnesses: true | undefined;
  readonly forkAt: string | undefined;
}

async function look(settings: Settings): Promise<Outcome> {
  await using cleanup = new AsyncDisposableStack();
  const shards = await allOf(settings, (place) => lookAtShard(place, cleanup));
  const found = await examine(settings, shards);
  if (isFine(found)) return fine(shards);
  advise(found, sizeOf(shards));
  return { json: { starts: false, size: sizeOf(shards), reasons: reasonsOf(found) }, isWrong: true };
}

async function recover(settings: Settings, wish: Wish): Promise<Outcome> {
  await using cleanup = new AsyncDisposableStack();
  const shards = await allOf(settings, (place) => holdShard(place, cleanup, say));
  const found = await examine(settings, shards);
  if (isFine(found)) return fine(shards);
  await requireRight(wish, found, shards, settings);
  const given = Object.entries(wish).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  await recordActOf(settings.data, { action: 'recover', details: { wish: given, size: sizeOf(shards) } });
  for (const { shard, fault } of found.faults) await goOn(shard, fault);
  if (found.witness?.isHeldElsewhere === true) await holdWitness(shards[0]);
  if (found.isRestored) settleRestored(settings.data);
  else if (found.placeChanges.length > 0) recordPlace(settings.data);
  say(`log ${shards.at(-1)?.identity.origin} goes on from ${sizeOf(shards)}: start it as usual`);
  return { json: { starts: true, size: sizeOf(shards), reasons: [] } };
}

function fine(shards: readonly FoundShard[]): Outcome {
  say('nothing to do: the log starts as it is');
  return { json: { starts: true, size: sizeOf(shards), reasons: [] } };
}

function reasonsOf({ faults, placeChanges, witness }: Found<FoundShard>): readonly string[] {
  const reasons = faults.map(({ shard, fault }) => `${shard.identity.origin}: ${fault.reason}`);
  return [...reasons, ...placeChanges, ...(witness === undefined ? [] : [witness.reason])];
}

async function allOf<Shard>(
  { data, heads }: Settings,
  open: (place: ShardFolder) => Promise<Shard | undefined>,
): Promise<readonly Shard[]> {
  requireOwnLog(data);
  const restored = readRestoredMark(data);
  if (restored?.isComplete === false) throw new LogRefused(restoreCutShort(data, restored));
  const shards: Shard[] = [];
  for (const place of shardFolders(data, heads)) {
    const shard = await open(place);
    if (shard !== undefined) shards.push(shard);
  }
  return shards;
}

const sizeOf = (shards: readonly FoundShard[]): number => shards.reduce((sum, { head }) => sum + (head?.size ?? 0), 0);

/** Says what is there and what is wrong with it. @throws LogRefused for a copy that cannot be used */
async function examine<Shard extends FoundShard>(
  { data, volume }: Settings,
  shards: readonly Shard[],
): Promise<Found<Shard>> {
  const faults = [];
  for (const shard of shards) {
    await rehash(shard);
    const fault = await faultOf(shard);
    if (fault) faults.push({ shard, fault });
  }
  const isRestored = readRestoredMark(data) !== undefined;
  const placeChanges = volume === 'fixed' && !isRestored ? changesOfPlace(data) : [];
  const found = { faults, placeChanges, witness: await examineWitness(shards[0]), isRestored };
  tell(data, found);
  return found;
}

/** @throws LogRefused naming what is damaged first: such a copy cannot be used */
async function rehash(shard: FoundShard): Promise<void> {
  const { heads, identity, head, isCurrent, engine } = shard;
  const { origin } = identity;
  if (head === undefined) say(`${origin}: no entries`);
  else if (!isCurrent)
    say(
      `${origin}: ${head.size} entries, as an earlier version wrote them: stele audit --data FOLDER hashes them after a start`,
    );
  else {
    const root = await rootOf(shard, head).catch((error: unknown) => {
      if (error instanceof Damaged) throw new LogRefused(`${origin}: ${error.message}. This copy cannot be used`);
      throw error;
    });
    say(`${origin}: ${head.size} entries, all there, under the root that was signed: ${toHex(root)}`);
  }
  const journal = await engine.journals.viewHeads(heads);
  say(`${origin}: the head journal ends at ${journal.last()?.size ?? 'nothing'}`);
}

async function rootOf({ folder, reads, unchanged }: FoundShard, head: StoredHead): Promise<Uint8Array> {
  await using pool = new WorkerPool({ folder, unchanged }, availableParallelism());
  return (await auditTree(reads, pool, head, [])).root;
}

async function examineWitness(first: FoundShard | undefined): Promise<WitnessFault | undefined> {
  if (first === undefined) return undefined;
  const journal = await first.engine.journals.viewWitnessed(first.heads);
  const damage = journal.damage();
  if (damage !== undefined) return { reason: damage, isHeldElsewhere: false };
  const owner = journal.owner();
  if (owner === undefined) return undefined;
  const [heads, holder] = [await first.reads.witnessed(), await first.reads.holder('witness')];
  return witnessFault({ owner, last: journal.last(), heads, holder });
}

/** A witness that has forgotten something is nothing that can be done about here, and does not keep the log from starting. */
function isFine({ faults, placeChanges, witness }: Found<FoundShard>): boolean {
  return faults.length === 0 && placeChanges.length === 0 && witness?.isHeldElsewhere !== true;
}

function tell(data: string, { faults, placeChanges, witness }: Found<FoundShard>): void {
  for (const { shard, fault } of faults) say(`${shard.identity.origin}: ${fault.reason}`);
  if (placeChanges.length > 0) say(`${data} is not where this log was written: ${placeChanges.join('; ')}`);
  if (witness === undefined) return;
  say(witness.reason);
  if (witness.isHeldElsewhere) return;
  say('if that cannot be, begin another witness: start once with --witness-key and --witness-name of its own');
}

function advise({ faults, isRestored }: Found<FoundShard>, size: number): void {
  if (faults.some(({ fault }) => fault.file === 'leave')) return;
  if (!faults.some(({ fault }) => fault.contradicts)) {
    if (isRestored) return say(ADVICE_RESTORED);
    say(
      'put back what is missing, if you have it. If you know that no larger head was ever shown to anyone, and no other copy ' +
        `of the data folder will be started, the log goes on from here with: --accept-size ${size}`,
    );
    return;
  }
  say('heads were signed that this copy would contradict. What can be done, the best first:');
  say('1. put back a newer copy of the data folder: one that has every head in the journal');
  say('2. keep this copy as an archive (stele export writes it as plain files), and let the next log begin');
  say('   under a name of its own: stele serve with another --origin, --data and --heads');
  say('--help names the flag that forks the log all the same, and says what that means');
}

const ADVICE_RESTORED =
  'the folder was restored from a backup, and nothing here tells whether the log signed more than the backup has. Put back the ' +
  'head journal of the original (--heads). If it is gone, find the newest checkpoint that a client, a witness, a monitor or a ' +
  'mirror has, and the log goes on if it has that head, with: --newest-head FILE. A log that showed no head without its witnesses can ask them: --ask-witnesses';

/** @throws LogRefused unless the flag is the one for what was found, and says the size, or shows the newest head */
async function requireRight(
  { acceptSize, forkAt, newestHead, askWitnesses }: Wish,
  { faults, isRestored }: Found<FoundShard>,
  shards: readonly HeldShard[],
  settings: Settings,
): Promise<void> {
  if (faults.some(({ fault }) => fault.file === 'leave'))
    throw new LogRefused('the head journal is that of another log, and no flag changes that: give the right --heads');
  const contradicts = faults.some(({ fault }) => fault.contradicts);
  if (contradicts && forkAt === undefined)
    throw new LogRefused(
      'the log would contradict heads that it has signed, and --accept-size does not allow that. Without a flag this says what can be done',
    );
  if (contradicts) return requireSize('--fork-the-log-at', forkAt, shards);
  if (newestHead !== undefined)
    return say(`the log has the head of ${await requireNotBehind(newestHead, shards)} entries in ${newestHead}`);
  if (askWitnesses)
    return say(`all witnesses cosign the head of ${await requireWitnessesAgree(settings, shards)} entries`);
  if (isRestored) throw new LogRefused(ADVICE_RESTORED);
  if (acceptSize === undefined)
    throw new LogRefused('nothing is known that the log would contradict, so it needs no fork: use --accept-size');
  requireSize('--accept-size', acceptSize, shards);
}

function requireSize(flag: string, given: string | undefined, shards: readonly FoundShard[]): void {
  const size = sizeOf(shards);
  if (given !== String(size)) throw new LogRefused(`${flag} is ${given}, and the log has ${size}`);
}

async function goOn({ store, journal, identity, head: stored }: HeldShard, { file }: JournalFault): Promise<void> {
  if (file === 'set aside') {
    const ending = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    for (const kept of await journal.setAside(ending)) say(`kept the head journal as ${kept}`);
  }
  await holdJournal({ store, journal, identity, stored, freeze: await store.frozen() });
}

async function holdWitness(first: HeldShard | undefined): Promise<void> {
  if (first === undefined) return;
  await using journal = await first.journals.openWitnessed();
  const owner = journal.owner();
  if (owner) await holdWitnessJournal(first.store, journal, owner, await first.store.witnessed());
}

export const run = operation<typeof recoverAbout.options>('recover', async ({ settings, options }) => {
  const wish = {
    acceptSize: options['accept-size'],
    newestHead: options['newest-head'],
    askWitnesses: options['ask-witnesses'] ? (true as const) : undefined,
    forkAt: options['fork-the-log-at'],
  };
  const wishes = Object.values(wish).filter((one) => one !== undefined).length;
  if (wishes > 1)
    throw new UsageFault('--accept-size, --newest-head, --ask-witnesses and --fork-the-log-at exclude each other');
  return wishes === 0 ? look(settings) : recover(settings, wish);
});
