import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../storage/engines/file-journal/record.ts';
import { traced } from './trace.ts';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { type Receipt, type Submission, created, entryAt, headOf, inconsistentWith } from './client.ts';
import { search, submissionOf, submit, treeSizeOf } from './client.ts';

const WAL = 'data/stele.db-wal';
const JOURNAL = 'data-heads/heads.txt';

/**
 * A call on a file that fails from the Nth time on in the thread that makes it: late enough for a start and a few
 * entries, which is checked.
 */
const FAILURES = [
  { what: 'the sync of a commit', file: WAL, calls: ['fsync', 'fdatasync'], error: 'EIO', from: 7 },
  { what: 'the write of a commit', file: WAL, calls: ['pwrite64'], error: 'EIO', from: 90 },
  { what: 'the sync of a commit on a full disk', file: WAL, calls: ['fsync', 'fdatasync'], error: 'ENOSPC', from: 7 },
  { what: 'the sync of the journal', file: JOURNAL, calls: ['fsync', 'fdatasync'], error: 'EIO', from: 3 },
  { what: 'the write of the journal', file: JOURNAL, calls: ['write', 'pwrite64'], error: 'EIO', from: 3 },
  {
    what: 'the sync of the journal on a full disk',
    file: JOURNAL,
    calls: ['fsync', 'fdatasync'],
    error: 'ENOSPC',
    from: 3,
  },
] as const;

const MANY_ENTRIES = 20;

interface Failed {
  readonly receipts: readonly Receipt[];
  readonly submissions: readonly Submission[];
  /** The one whose answer was not 201, and what came instead. */
  readonly lost: Submission | undefined;
  readonly status: number | undefined;
  readonly code: number | undefined;
  readonly said: string;
}

/** Sends one entry after the other until one is not acknowledged. */
async function sendUntilFailure(folder: LogFolder, failure: (typeof FAILURES)[number]): Promise<Failed> {
  const { file, calls, error, from } = failure;
  const wrapper = traced(folder, { calls, inject: `error=${error}:when=${from}+`, path: join(folder.parent, file) });
  await using server = await startServer(folder, { wrapper, env: { UV_THREADPOOL_SIZE: '1' } });
  const receipts: Receipt[] = [];
  const submissions: Submission[] = [];
  for (let turn = 0; turn < MANY_ENTRIES; turn += 1) {
    const submission = submissionOf(`before the disk failed ${turn}`, turn);
    const answer = await submit(server.base, submission);
    if (answer?.status !== 201) {
      const { code } = await server.ended;
      const said = server.lines().join('\n');
      return { receipts, submissions, lost: submission, status: answer?.status, code, said };
    }
    submissions.push(submission);
    receipts.push(created(answer));
  }
  return { receipts, submissions, lost: undefined, status: 201, code: undefined, said: '' };
}

function lastJournalled({ heads }: LogFolder): number {
  const lines = readFileSync(join(heads, 'heads.txt'), 'utf8').split('\n').slice(1);
  return Math.max(...lines.map((line) => parseRecord(line)?.size ?? 0));
}

describe('decision 11, an unknown outcome is fatal', () => {
  it.each(FAILURES)('$what fails with $error', async (failure) => {
    using folder = temporaryFolder();
    const failed = await sendUntilFailure(folder, failure);
    const { receipts, submissions, lost, status, code, said } = failed;
    expect(receipts.length).toBeGreaterThan(0);
    expect(lost).toBeDefined();
    expect(status).not.toBe(201);
    expect(code).toBe(1);
    expect(said).toContain('a write failed and its outcome is unknown: the process ends');
    expect(said).toMatch(failure.error === 'EIO' ? /EIO|SQLITE_IOERR/ : /ENOSPC|disk is full|SQLITE_IOERR/);

    const journalled = lastJournalled(folder);
    await using next = await startServer(folder);
    expect(await treeSizeOf(next.base)).toBeGreaterThanOrEqual(journalled);
    const notes = receipts.map(({ checkpoint }) => checkpoint);
    expect(await inconsistentWith(next.base, [...notes, await headOf(next.base)])).toStrictEqual([]);
    for (const [i, { checkpoint, ...promised }] of receipts.entries()) {
      expect(await entryAt(next.base, promised.logIndex)).toMatchObject(promised);
      expect(await search(next.base, submissions[i]?.digest ?? '')).toStrictEqual([promised.id]);
      expect(notes).toContain(checkpoint);
    }
    if (lost === undefined) return;
    const again = await submit(next.base, lost);
    expect([201, 409]).toContain(again?.status);
    expect(await search(next.base, lost.digest)).toHaveLength(1);
  });
});
