import { describe, expect, it } from 'vitest';
import { RecordLogUnreachable, Taken } from '../../storage/record-log.ts';
import { EMPTY_LIST, readRecord } from '../../storage/records/record.ts';
import { LeaseOver, ListWriter } from '../../storage/shared/list-writer.ts';
import { RecordList } from '../../storage/shared/record-list.ts';
import { memoryRecords, type MemoryRecords } from '../support/memory-records.ts';

const LEASE = 1000;

function lead(log: MemoryRecords, term: number) {
  const clock = { at: 0 };
  const now = (): number => clock.at;
  const list = new RecordList({ log, now, patience: LEASE }, EMPTY_LIST);
  const writer = new ListWriter(
    { list, term: new Uint8Array(16).fill(term), lease: LEASE, now, applied: () => undefined },
    0,
  );
  return { list, writer, clock };
}

const note = (text: string) => ({ op: 'document', text }) as const;
const nothing = async (): Promise<void> => undefined;

describe('a machine that leads', () => {
  it('appends a step before it is applied, and those that wait share the next record', async () => {
    const log = memoryRecords();
    const { writer } = lead(log, 1);
    const seen: string[] = [];
    const write = (text: string) =>
      writer.write(note(text), async () => void seen.push(`${text} after ${log.records.length}`));
    await Promise.all([write('a'), write('b'), write('c')]);
    expect(seen).toStrictEqual(['a after 1', 'b after 2', 'c after 2']);
  });

  it('is refused once another has begun, applies nothing then, and writes no more: the fence', async () => {
    const log = memoryRecords();
    const [old, next] = [lead(log, 1), lead(log, 2)];
    await next.writer.beat();
    let applied = 0;
    await expect(old.writer.write(note('late'), async () => void (applied += 1))).rejects.toBeInstanceOf(Taken);
    await expect(old.writer.beat()).rejects.toBeInstanceOf(Taken);
    expect([applied, log.records.length]).toStrictEqual([0, 1]);
  });

  it('writes nothing once its lease is over, although no other has begun', async () => {
    const log = memoryRecords();
    const { writer, clock } = lead(log, 1);
    await writer.beat();
    expect(writer.isSole).toBe(true);
    clock.at = LEASE + 1;
    expect(writer.isSole).toBe(false);
    await expect(writer.write(note('late'), nothing)).rejects.toBeInstanceOf(LeaseOver);
    expect(log.records).toHaveLength(1);
  });

  it('takes no beat of another for its own: each record names its term', async () => {
    const log = memoryRecords();
    await lead(log, 1).writer.beat();
    await expect(lead(log, 2).writer.beat()).rejects.toBeInstanceOf(Taken);
  });

  it('sends the same bytes again while the outcome is unknown, and ends when that lasts for a lease', async () => {
    const log = memoryRecords();
    const { list, writer, clock } = lead(log, 1);
    let tries = 0;
    log.before = () => {
      tries += 1;
      if (tries < 3) throw new RecordLogUnreachable('no answer');
    };
    await writer.write(note('kept'), nothing);
    expect([tries, list.end.records]).toStrictEqual([3, 1]);
    log.before = () => {
      clock.at += LEASE;
      throw new RecordLogUnreachable('no answer');
    };
    await expect(writer.write(note('lost'), nothing)).rejects.toBeInstanceOf(RecordLogUnreachable);
    log.before = nothing;
    await expect(writer.beat()).rejects.toBeInstanceOf(RecordLogUnreachable);
  });

  it('writes no more once a step that the list has could not be applied', async () => {
    const log = memoryRecords();
    const { writer } = lead(log, 1);
    const full = new Error('no room');
    await expect(
      writer.write(note('a'), async () => {
        throw full;
      }),
    ).rejects.toBe(full);
    await expect(writer.beat()).rejects.toBe(full);
    expect(readRecord(EMPTY_LIST, log.records[0] ?? Uint8Array.of()).steps).toMatchObject([{ op: 'lead' }, note('a')]);
  });
});
