import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { packSearchKeys } from '../../entries/search-key-list.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import type { SearchKey } from '../../entries/search-key-list.ts';
import type { Clock } from '../../log/clock.ts';
import { LogRefused } from '../../log/failures.ts';
import { openLog } from '../../log/open.ts';
import type { OpenedLog, OpenParts, Publication } from '../../log/opening.ts';
import type { SequencerLimits } from '../../log/waiting-entries.ts';
import type { AddResult, ProvenEntry } from '../../log/types.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { verifyInclusion } from '../../merkle/verify.ts';
import { generateEphemeralKey, c2spKeyOf } from '../../host/keys/keys.ts';
import type { LogStore } from '../../storage/contract.ts';
import { openFileJournal } from '../../storage/engines/file-journal/open.ts';
import { lockFolder } from '../../storage/engines/sqlite/file/lock.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import type { HeadJournal } from '../../storage/journal.ts';

/** The key that logs of one test file sign with. */
export const KEY = generateEphemeralKey('rekor');
export const C2SP_KEY = generateEphemeralKey('c2sp');
export const LIMITS: SequencerLimits = { maxWaiting: 100_000, maxWaitingBytes: 2 ** 30, batch: 100_000 };
export const EXPECTED_IDENTITY = { origin: 'log.test', logId: KEY.id, c2spKeyId: C2SP_KEY.id };

/** Publication without witnesses. */
export const UNCOSIGNED_PUBLICATION: Publication = {
  mode: 'off',
  witnesses: undefined,
  times: { pause: 0, retry: 0, longest: 0, idle: 0 },
  timeoutMs: 1000,
  overruled: 0,
  alarm: () => undefined,
  now: () => performance.now(),
};

/** A clock that a test sets. */
export interface TestClock extends Clock {
  time: number;
  reason: string | undefined;
}

export function testClock(time = 1_700_000_000): TestClock {
  const clock: TestClock = { time, reason: undefined, now: () => clock.time, reasonUntrusted: () => clock.reason };
  return clock;
}

export interface LogFixtureOptions extends Partial<Omit<OpenParts, 'store' | 'journal' | 'fatal' | 'warn'>> {
  /** Puts something before the real store. */
  readonly store?: (real: LogStore) => LogStore;
  readonly journal?: (real: HeadJournal) => HeadJournal;
  /** Records of the index that become a run; entries that are in runs can be bundled. */
  readonly runRecords?: number;
  /** `no` opens the log as an operator's command does. */
  readonly publish?: 'no';
}

/** A log over the real engine and the real journal. */
export interface LogFixture extends AsyncDisposable {
  readonly log: OpenedLog['log'];
  readonly opened: OpenedLog;
  readonly store: LogStore;
  readonly journal: HeadJournal;
  /** Arguments that `fatal` was called with. */
  readonly fatal: readonly unknown[];
  /** Arguments of the calls of `warn`. */
  readonly warned: readonly string[];
}

export async function openLogFixture(folder: string, options: LogFixtureOptions = {}): Promise<LogFixture> {
  await using cleanup = new AsyncDisposableStack();
  const store = cleanup.use(
    await openSqliteStore(join(folder, 'data'), { owner: 'a test', runRecords: options.runRecords }),
  );
  const heads = join(folder, 'heads');
  mkdirSync(heads, { recursive: true });
  const journal = cleanup.use(await openFileJournal(cleanup.use(lockFolder(heads, 'a test'))));
  const fatal: unknown[] = [];
  const warned: string[] = [];
  const parts: OpenParts = {
    expected: EXPECTED_IDENTITY,
    keys: {
      signers: { rekor: KEY.signer, c2sp: C2SP_KEY.signer },
      publicKeys: { rekor: KEY.publicKey, c2sp: C2SP_KEY.publicKey },
    },
    c2spKeyOf,
    publication: UNCOSIGNED_PUBLICATION,
    clock: testClock(),
    limits: LIMITS,
    newTreeId: () => '1234567890123456789',
    recoverCommand: 'stele recover',
    ...options,
    store: options.store?.(store) ?? store,
    journal: options.journal?.(journal) ?? journal,
    fatal: (reason) => void fatal.push(reason),
    warn: (sentence) => void warned.push(sentence),
  };
  const opened = cleanup.use(await openLog(parts));
  if (options.publish !== 'no') await opened.publish();
  const rest = cleanup.move();
  return { log: opened.log, opened, store, journal, fatal, warned, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** A folder for each test of a file. */
export function useFolder(): () => string {
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-log-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

export function admitted(text: string, keys: readonly string[] = []): AdmittedEntry {
  const body = utf8(text);
  const searchKeys = keys.map((key): SearchKey => ({ source: 'leaf', text: key }));
  return { kind: 'test', version: '0.0.1', body, leafHash: hashLeaf(body), searchKeys: packSearchKeys(searchKeys) };
}

/** Entries `from` up to `to`, sent in one turn. */
export function addMany(log: OpenedLog['log'], from: number, to: number): Promise<readonly AddResult[]> {
  return Promise.all(Array.from({ length: to - from }, (_, i) => log.add(admitted(`entry ${from + i}`))));
}

export function isProven({ head, index, body, leafHash, proof }: ProvenEntry): boolean {
  const own = hashLeaf(body);
  return own.every((byte, i) => byte === leafHash[i]) && verifyInclusion(head, index, own, proof);
}

/** The sentence that the log refuses with; its head journal has not changed by it. */
export async function refusalOf(folder: string, options: LogFixtureOptions = {}): Promise<string> {
  const journal = join(folder, 'heads', 'heads.txt');
  const textNow = (): string | undefined => (existsSync(journal) ? readFileSync(journal, 'utf8') : undefined);
  const before = textNow();
  const refused: unknown = await openLogFixture(folder, options).then(
    (fixture) => fixture[Symbol.asyncDispose](),
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(LogRefused);
  expect(textNow()).toBe(before);
  return (refused as Error).message;
}
