import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWriting, prepareDatabase } from '../../storage/engines/sqlite/file/connection.ts';
import { createWriter } from '../../storage/engines/sqlite/writer/writer.ts';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { created, submissionOf, submit } from '../crash/client.ts';
import { type Call, readTrace, traced } from '../crash/trace.ts';

const SUBMISSIONS = 6;
const CALLS = ['fsync', 'fdatasync', 'pwrite64', 'write', 'writev'];

type Step = 'commit' | 'commit synced' | 'journal' | 'journal synced' | 'answer';

/** Returns the step of a call on an entry's way; undefined for all that is beside it. */
function stepOf({ name, target, rest }: Call): Step | undefined {
  const syncs = name === 'fsync' || name === 'fdatasync';
  if (target.endsWith('/stele.db-wal')) return syncs ? 'commit synced' : 'commit';
  if (target.endsWith('/heads.txt')) return syncs ? 'journal synced' : 'journal';
  return target.startsWith('TCP') && rest.includes('HTTP/1.1 201') ? 'answer' : undefined;
}

interface Taken {
  readonly step: Step;
  readonly call: Call;
}

/** The steps of each submission, its answer last. Writes of one step in a row are one. */
function submissionsOf(calls: readonly Call[]): readonly (readonly Taken[])[] {
  const submissions: Taken[][] = [[]];
  for (const call of calls) {
    const step = stepOf(call);
    const current = submissions.at(-1) ?? [];
    if (step === undefined || current.at(-1)?.step === step) continue;
    current.push({ step, call });
    if (step === 'answer') submissions.push([]);
  }
  return submissions.slice(0, -1);
}

describe('decision 3, the order of one batch: commit, journal, answer', () => {
  let folder: LogFolder;
  let submissions: readonly (readonly Taken[])[];
  beforeAll(async () => {
    folder = temporaryFolder();
    await using server = await startServer(folder, { wrapper: traced(folder, { calls: CALLS }) });
    for (let turn = 0; turn < SUBMISSIONS; turn += 1) {
      created(await submit(server.base, submissionOf(`sent alone, number ${turn}`, turn)));
    }
    await server.stop();
    submissions = submissionsOf(readTrace(folder)).slice(1); // before the first stand the steps of the start
  });
  afterAll(() => folder[Symbol.dispose]());

  it('syncs the database and then the journal before each 201', () => {
    expect(submissions).toHaveLength(SUBMISSIONS - 1);
    for (const steps of submissions) {
      expect(steps.map(({ step }) => step)).toStrictEqual([
        'commit',
        'commit synced',
        'journal',
        'journal synced',
        'answer',
      ]);
    }
  });

  it('takes no step before the last one has returned, and none that failed', () => {
    for (const steps of submissions) {
      for (const [i, { call }] of steps.entries()) {
        expect(call.rest).not.toContain('= -1');
        expect(call.began).toBeGreaterThan(steps[i - 1]?.call.returned ?? -1);
      }
    }
  });
});

describe('the connection that writes', () => {
  const synchronous = (db: Database.Database): unknown => db.pragma('synchronous', { simple: true });
  const FULL_SYNC = 2;
  const NORMAL_SYNC = 1;

  it('is synchronous = FULL in WAL mode after a write', () => {
    using folder = temporaryFolder();
    const db = openWriting(folder.parent);
    try {
      prepareDatabase(db);
      createWriter(db, () => undefined).heartbeat(1);
      expect([synchronous(db), db.pragma('journal_mode', { simple: true })]).toStrictEqual([FULL_SYNC, 'wal']);
    } finally {
      db.close();
    }
  });

  it('would be NORMAL had nobody asked: this build of SQLite falls back with WAL', () => {
    using folder = temporaryFolder();
    const db = new Database(join(folder.parent, 'plain.db'));
    try {
      db.pragma('journal_mode = WAL');
      db.exec('CREATE TABLE t (x)');
      db.exec('INSERT INTO t VALUES (1)');
      expect(synchronous(db)).toBe(NORMAL_SYNC);
    } finally {
      db.close();
    }
  });
});
