import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyBackup } from '../../cli/operate/backup/verify.ts';
import { segmentFile } from '../../storage/record-files/layout.ts';
import { readManifest } from '../../storage/record-files/manifest.ts';
import {
  foldersIn,
  type LogFolder,
  runServer,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../testkit/server-process.ts';
import { parseRecord } from '../../storage/engines/file-journal/record.ts';
import { ask, inconsistentWith, receiptOf, treeSizeOf } from '../crash/client.ts';
import { type OperatorCommand, programOf, runAlone, submit, succeeded } from '../scripts/operator.ts';
import { type Acknowledged, reached, startLoad } from './load.ts';

/*
 * One round: a log under 32 submitters that is archived and backed up, while the backup is killed again and again; the machine is
 * lost; both copies are restored, while the restore is killed; and what was acknowledged is looked for in them.
 */

export interface RoundReport {
  readonly acknowledged: number;
  /** Entries that were acknowledged and are not in the archive. */
  readonly lost: number;
  /** Milliseconds between the answer to the oldest of those and the loss; 0 for none. */
  readonly lostMs: number;
  readonly killedBackups: number;
  readonly killedRestores: number;
  readonly flippedBits: number;
}

/** @param random - gives numbers from 0 up to 1 @param kills - of each command, before it may end @throws Error for the first thing that is not as it must be */
export async function backupRound(random: () => number, kills: number): Promise<RoundReport> {
  using log = temporaryFolder();
  const [archive, backup] = [join(log.parent, 'archive'), join(log.parent, 'backup')];
  const { acknowledged, before, lostAt, killedBackups } = await loadAndLose(
    log,
    { archive, backup },
    { random, kills },
  );
  for (const copy of [archive, backup]) await succeeded(runAlone('backup', '--into', copy, '--verify'));
  const flippedBits = await flipBits([archive, backup], random);
  const fromArchive = await restoreKilled(archive, join(log.parent, 'a'), { random, kills });
  const fromBackup = await restoreKilled(backup, join(log.parent, 'b'), { random, kills });
  const lost = await missingIn({ ...fromArchive.folder, parent: log.parent }, acknowledged);
  requireNone(await missingIn({ ...fromBackup.folder, parent: log.parent }, before), 'the backup');
  const notes = [before, acknowledged].flatMap((all) => all.slice(-1).map(({ receipt }) => receipt.checkpoint));
  await requireSignsOnlyWhole(log, fromArchive.folder, notes);
  return {
    acknowledged: acknowledged.length,
    lost: lost.length,
    lostMs: Math.max(0, ...lost.map(({ at }) => lostAt - at)),
    killedBackups,
    killedRestores: fromArchive.killed + fromBackup.killed,
    flippedBits,
  };
}

interface Fate {
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
  /** Times that each command is killed before it may end. */
  readonly kills: number;
}

interface Lost {
  readonly acknowledged: readonly Acknowledged[];
  /** Of those, the ones that were answered before the last backup began. */
  readonly before: readonly Acknowledged[];
  /** Milliseconds since the Unix epoch. */
  readonly lostAt: number;
  readonly killedBackups: number;
}

/** Copies of keys and head journal that outlive the machine. */
const elsewhere = ({ parent }: LogFolder) => ({ keys: join(parent, 'kept-keys'), heads: join(parent, 'kept-heads') });

/** Entries after which the machine may be lost. */
const FEWEST_ENTRIES = 150;
/** Milliseconds after which a command is killed, at most. */
const LIFETIME_MS = 1500;

async function loadAndLose(
  log: LogFolder,
  { archive, backup }: { readonly archive: string; readonly backup: string },
  { random, kills }: Fate,
): Promise<Lost> {
  await using server = await startServer(log, { flags: ['--archive', archive] });
  const load = startLoad(server.base, 'load');
  const place = ['--data', log.data, '--heads', log.heads, '--into', backup];
  const killedBackups = await killSome(() => start('backup', place), { random, kills });
  await reached(load, FEWEST_ENTRIES);
  const before = [...load.acknowledged];
  await succeeded(runAlone('backup', ...place));
  await sleep(random() * LIFETIME_MS);
  const lostAt = Date.now();
  await server.kill();
  await load.stop();
  const acknowledged = load.acknowledged.filter(({ at }) => at <= lostAt);
  const { keys, heads } = elsewhere(log);
  cpSync(join(log.data, 'keys'), keys, { recursive: true });
  cpSync(log.heads, heads, { recursive: true });
  for (const folder of [log.data, log.heads]) rmSync(folder, { recursive: true });
  return { acknowledged, before, lostAt, killedBackups };
}

function start(command: OperatorCommand, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...programOf(command), ...words], { stdio: 'ignore' });
}

/** @returns how many of them were killed before they had ended */
async function killSome(begin: () => ChildProcess, { random, kills }: Fate): Promise<number> {
  let killed = 0;
  for (let time = 0; time < kills; time += 1) {
    const child = begin();
    const ended = once(child, 'exit');
    await Promise.race([ended, sleep(random() * LIFETIME_MS)]);
    if (child.exitCode === null && child.kill('SIGKILL')) killed += 1;
    await ended;
  }
  return killed;
}

async function restoreKilled(
  from: string,
  parent: string,
  { random, kills }: Fate,
): Promise<{ readonly folder: LogFolder; readonly killed: number }> {
  const folder = foldersIn(parent);
  const words = ['--from', from, '--into', folder.data];
  const killed = await killSome(() => start('restore', words), { random, kills });
  const { code, err } = await runAlone('restore', ...words);
  if (code !== 0 && !err.includes('already')) throw new Error(`a restore that was cut short does not go on: ${err}`);
  return { folder, killed };
}

/** Entries that a restored log has not as they were answered. */
export async function missingIn(
  folder: LogFolder,
  acknowledged: readonly Acknowledged[],
): Promise<readonly Acknowledged[]> {
  await using server = await startServer(folder, { flags: ['--read-only'] });
  const missing: Acknowledged[] = [];
  for (const one of acknowledged) if (!(await has(server, one))) missing.push(one);
  return missing;
}

async function has({ base }: ServerProcess, { receipt }: Acknowledged): Promise<boolean> {
  const answer = await ask(base, `/api/v1/log/entries?logIndex=${receipt.logIndex}`);
  if (answer?.status !== 200) return false;
  const { checkpoint: _, ...entry } = receiptOf(JSON.parse(answer.text) as Parameters<typeof receiptOf>[0]);
  return Object.entries(entry).every(([name, value]) => receipt[name as keyof typeof entry] === value);
}

function requireNone(missing: readonly Acknowledged[], where: string): void {
  if (missing.length > 0)
    throw new Error(`${missing.length} entries are not in ${where}, as ${missing[0]?.receipt.id}`);
}

/** Starts a restored log with the keys and the journal of the original: it signs if it has every head of the journal, and is refused otherwise. */
async function requireSignsOnlyWhole(log: LogFolder, { data }: LogFolder, notes: readonly string[]): Promise<void> {
  const { keys, heads } = elsewhere(log);
  cpSync(keys, join(data, 'keys'), { recursive: true });
  const folder = { ...log, data, heads };
  const size = await sizeOf(folder);
  const journalled = lastJournalled(heads);
  if (size < journalled) {
    const { code, said } = await runServer(folder);
    if (code === 1 && said.includes(`the log has ${size} entries, and has signed a head of ${journalled}`)) return;
    throw new Error(`a log of ${size} entries beside a head of ${journalled} ends with ${code}: ${said}`);
  }
  await using server = await startServer(folder);
  await submit(server.base, 'after the restore', 3);
  const forks = await inconsistentWith(server.base, notes);
  if (forks.length > 0) throw new Error(`the log has forked: it does not extend ${forks[0]}`);
}

async function sizeOf(folder: LogFolder): Promise<number> {
  await using server = await startServer(folder, { flags: ['--read-only'] });
  return await treeSizeOf(server.base);
}

function lastJournalled(heads: string): number {
  const lines = readFileSync(join(heads, 'heads.txt'), 'utf8').split('\n').slice(1);
  return Math.max(0, ...lines.map((line) => parseRecord(line)?.size ?? 0));
}

/** Bits that are flipped in each copy. */
const FLIPS = 10;

/** @throws Error for a flipped bit that is not found, or not named by its file */
async function flipBits(copies: readonly string[], random: () => number): Promise<number> {
  for (const copy of copies)
    for (let flip = 0; flip < FLIPS; flip += 1) {
      const files = filesIn(copy);
      const file = files[Math.floor(random() * files.length)] as string;
      await requireFound(copy, file, Math.floor(random() * statSync(file).size), Math.floor(random() * 8));
    }
  return copies.length * FLIPS;
}

/** Files of a copy, without what a killed process had not yet put in the place of an older one. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !file.name.startsWith('lock') && !file.name.endsWith('.new'))
    .map(({ parentPath, name }) => join(parentPath, name));

/** @throws Error unless the backup with this bit flipped is found damaged, by the name of the file */
export async function requireFound(copy: string, file: string, at: number, bit: number): Promise<void> {
  const bytes = readFileSync(file);
  const flipped = Uint8Array.from(bytes);
  flipped[at] = (flipped[at] as number) ^ (1 << bit);
  writeFileSync(file, flipped);
  try {
    verifyBackup(copy);
  } catch (error) {
    if (error instanceof Error && error.message.includes(file)) return;
    throw new Error(`bit ${bit} of byte ${at} of ${file} is flipped, and its name is not said`, { cause: error });
  } finally {
    writeFileSync(file, bytes);
  }
  if (!isBehindManifest(copy, file, at))
    throw new Error(`bit ${bit} of byte ${at} of ${file} is flipped, and nothing is said`);
}

/** Whether a byte belongs to a record that a killed process had not yet named in the manifest: such a record is left out if it is not whole. */
function isBehindManifest(copy: string, file: string, at: number): boolean {
  const extent = readManifest(copy)?.shards[0];
  return extent !== undefined && file === segmentFile(copy, 1, extent.segment) && at >= extent.bytes;
}
