import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { ask, created, entryAt, inconsistentWith, search, submissionOf, submit } from '../crash/client.ts';
import { readTrace, traced } from '../crash/trace.ts';

const SYNCS = ['fsync', 'fdatasync'];

/** A log that exists already, so that a start on a slow disk has little to write. */
async function begun(): Promise<LogFolder> {
  const folder = temporaryFolder();
  await using server = await startServer(folder);
  await server.stop();
  return folder;
}

describe('decision 4, a slow disk delays answers to writers only', () => {
  it('loses nothing when each sync takes 20 ms more', async () => {
    using folder = await begun();
    const slow = traced(folder, { calls: SYNCS, inject: 'delay_enter=20000' });
    await using server = await startServer(folder, { wrapper: slow });
    const submissions = Array.from({ length: 96 }, (_, turn) => submissionOf(`slow ${turn}`, turn));
    const receipts = await Promise.all(submissions.map(async (one) => created(await submit(server.base, one))));
    await server.kill();
    const delayed = readTrace(folder).filter(({ rest }) => rest.includes('(DELAYED)'));
    expect(delayed.length).toBeGreaterThan(3);

    await using next = await startServer(folder);
    for (const [i, { checkpoint, ...promised }] of receipts.entries()) {
      expect(await entryAt(next.base, promised.logIndex)).toMatchObject(promised);
      expect(await search(next.base, submissions[i]?.digest ?? '')).toStrictEqual([promised.id]);
      expect(checkpoint).not.toBe('');
    }
    const notes = receipts.map(({ checkpoint }) => checkpoint);
    expect(await inconsistentWith(next.base, notes)).toStrictEqual([]);
  });

  it('answers reads of every kind while a write waits for the disk', async () => {
    using folder = await begun();
    const path = join(folder.data, 'stele.db-wal');
    const slow = traced(folder, { calls: SYNCS, inject: 'delay_enter=1500000', path });
    await using server = await startServer(folder, { wrapper: slow });
    const { base } = server;
    const first = submissionOf('first', 0);
    const { id } = created(await submit(base, first));

    const order: string[] = [];
    const writing = submit(base, submissionOf('second', 0)).then((answer) => {
      order.push('written');
      return created(answer);
    });
    const reads = [
      ['/ping'],
      ['/api/v1/log'],
      ['/api/v1/log/entries?logIndex=1'],
      [`/api/v1/log/entries/${id}`],
      ['/api/v1/log/proof?firstSize=1&lastSize=2'],
      ['/api/v1/index/retrieve', { hash: first.digest }],
      ['/api/v1/log/entries/retrieve', { logIndexes: [1] }],
    ] as const;
    for (const [read, body] of reads) {
      const answer = await ask(base, read, body);
      order.push(`${answer?.status} ${read}`);
    }
    const { logIndex } = await writing;
    expect(order).toStrictEqual([...reads.map(([read]) => `200 ${read}`), 'written']);
    expect(logIndex).toBe(2);
  });
});
