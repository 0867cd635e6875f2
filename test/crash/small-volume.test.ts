import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NoRoom } from '../../storage/failures.ts';
import { type PendingWal, Room } from '../../storage/engines/sqlite/file/room.ts';
import { startServer } from '../../testkit/server-process.ts';
import { mounter, smallDisk } from '../support/small-disk.ts';
import { expectKept, sendUntilRefused } from './filling.ts';

const RESERVE = 60_000;
const DISK_BYTES = 2_000_000;

/** A WAL of which each step is told, and may give room back. */
function walOf(
  steps: string[],
  { unmoved = 0, ...act }: { unmoved?: number; move?: () => void; shorten?: () => void },
) {
  let left = unmoved;
  return {
    unmoved: () => left,
    move: () => {
      steps.push('move');
      if (act.move === undefined) return;
      act.move();
      left = 0;
    },
    shorten: () => {
      steps.push('shorten');
      act.shorten?.();
    },
  } satisfies PendingWal;
}

describe.runIf(mounter)('a small volume', () => {
  it('is used down to the limit: the write-ahead log is moved when it wants the room, and takes none then', async () => {
    using disk = smallDisk(DISK_BYTES);
    await using server = await startServer(disk);
    const { receipts, refusal } = await sendUntilRefused(server.base, 'until full');
    expect(refusal).toBe('503 {"code":503,"message":"the disk is full"}\n');
    expect(disk.freeBytes()).toBeLessThan(DISK_BYTES / 4);
    expect(statSync(join(disk.data, 'stele.db-wal')).size).toBeLessThan(DISK_BYTES / 4);
    await expectKept(server.base, receipts);
    expect((await server.stop()).code).toBe(0);
  });

  it('has room for a commit as soon as what waits in the write-ahead log is moved', () => {
    using disk = smallDisk(DISK_BYTES);
    const steps: string[] = [];
    const wal = walOf(steps, { unmoved: DISK_BYTES, move: () => undefined });
    new Room(disk.parent, { minFree: RESERVE, others: [] }, wal).requireFor(1000);
    expect(steps).toEqual(['move']);
  });

  it('has room for a commit as soon as the write-ahead log that is moved is cut off', () => {
    using disk = smallDisk(DISK_BYTES);
    disk.fill(RESERVE);
    const steps: string[] = [];
    const wal = walOf(steps, { move: () => undefined, shorten: () => disk.release() });
    new Room(disk.parent, { minFree: RESERVE, others: [] }, wal).requireFor(1000);
    expect(steps).toEqual(['move', 'shorten']);
  });

  it('names the write-ahead log where that cannot be moved and wants the room', () => {
    using disk = smallDisk(DISK_BYTES);
    const room = new Room(disk.parent, { minFree: RESERVE, others: [] }, walOf([], { unmoved: DISK_BYTES }));
    expect(() => room.requireFor(1000)).toThrow(NoRoom);
    expect(() => room.requireAgain()).toThrow(
      `${disk.freeBytes()} bytes are free, and ${RESERVE} have to stay so, and ${DISK_BYTES} more for what is still to be moved from the write-ahead log (stele.db-wal)`,
    );
  });

  it('that is full otherwise is not said to be filled by the write-ahead log', () => {
    using disk = smallDisk(DISK_BYTES);
    disk.fill(RESERVE);
    const room = new Room(disk.parent, { minFree: RESERVE, others: [] }, walOf([], {}));
    expect(() => room.requireFor(1000)).toThrow(/have to stay so$/);
  });
});
