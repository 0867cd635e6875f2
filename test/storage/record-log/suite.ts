import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../base/bytes.ts';
import { type RecordLog, Taken, Trimmed } from '../../../storage/record-log.ts';
import { EMPTY_LIST, LENGTH_BYTES, type ListEnd, packRecord, readRecord } from '../../../storage/records/record.ts';
import { type CuttingRelay, openCuttingRelay } from '../../support/cutting-relay.ts';

/** A server that keeps lists of records, for the suite. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  /** @param list - names one of many lists @param port - of the server, or of a way to it */
  open(list: string, port: number): Promise<RecordLog>;
}

/** A record behind `end` that no other is equal to, of some bytes. */
export function recordBehind(end: ListEnd, size = 100): { readonly record: Uint8Array; readonly end: ListEnd } {
  const note = randomBytes(size).toString('hex');
  const { bytes, end: next } = packRecord(end, [{ op: 'document', text: note }]);
  return { record: bytes.subarray(LENGTH_BYTES), end: next };
}

/** Appends so many records. */
export async function fill(log: RecordLog, count: number, from: ListEnd = EMPTY_LIST): Promise<ListEnd> {
  let at = from;
  for (let i = 0; i < count; i += 1) {
    const { record, end } = recordBehind(at);
    await log.append(at.records, record);
    at = end;
  }
  return at;
}

/** Tests of `RecordLog`, for any engine on a server. @param runs - whether the server is here: else the report names what was not run */
export function describeRecordLog(
  engine: string,
  serve: () => Promise<Served>,
  { races, runs = true }: { readonly races: number; readonly runs?: boolean },
): void {
  describe.runIf(runs)(`RecordLog: ${engine}`, () => {
    let served: Served;
    let relay: CuttingRelay;
    beforeAll(async () => {
      served = await serve();
      relay = await openCuttingRelay(served.port);
    });
    afterAll(async () => {
      await relay[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    });
    const open = (list: string): Promise<RecordLog> => served.open(list, served.port);

    it('keeps records as they are, however large, and knows nothing of those to come', async () => {
      await using log = await open('plain');
      expect(await log.hint()).toBe(0);
      expect(await log.read(0)).toBeUndefined();
      const first = recordBehind(EMPTY_LIST);
      const large = recordBehind(first.end, 600_000);
      await log.append(0, first.record);
      await log.append(1, large.record);
      expect(toHex((await log.read(0)) ?? Uint8Array.of())).toBe(toHex(first.record));
      expect(toHex((await log.read(1)) ?? Uint8Array.of()) === toHex(large.record)).toBe(true);
      expect(await log.read(2)).toBeUndefined();
      await using other = await open('another');
      expect(await other.read(0)).toBeUndefined();
    });

    it('takes the same record again, as of one who was not told, and no other under its number', async () => {
      await using log = await open('again');
      const mine = recordBehind(EMPTY_LIST);
      await log.append(0, mine.record);
      await log.append(0, mine.record);
      await expect(log.append(0, recordBehind(EMPTY_LIST).record)).rejects.toBeInstanceOf(Taken);
      await fill(log, 3, mine.end);
      await log.append(0, mine.record); // a duplicate that was long on its way
      expect(await log.read(0)).toStrictEqual(await log.read(0));
    });

    it(`has one winner of eight for each of ${races} numbers, and everybody reads the winner's`, async () => {
      await using all = new AsyncDisposableStack();
      const writers: RecordLog[] = [];
      for (let i = 0; i < 8; i += 1) writers.push(all.use(await open('race')));
      let end = EMPTY_LIST;
      for (let n = 0; n < races; n += 1) {
        const sent = writers.map(() => recordBehind(end));
        const outcomes = await Promise.allSettled(
          writers.map((log, i) => log.append(n, sent[i]?.record ?? Uint8Array.of())),
        );
        const winners = sent.filter((_, i) => outcomes[i]?.status === 'fulfilled');
        const reasons = outcomes.filter((one) => one.status === 'rejected').map((one): unknown => one.reason);
        expect(winners).toHaveLength(1);
        expect(reasons.filter((reason) => !(reason instanceof Taken))).toStrictEqual([]);
        const read = await writers[n % 8]?.read(n);
        expect(toHex(read ?? Uint8Array.of())).toBe(toHex(winners[0]?.record ?? Uint8Array.of()));
        end = readRecord(end, read ?? Uint8Array.of()).end;
      }
      expect(end.records).toBe(races);
    }, 120_000);

    it('leaves the outcome unknown where the answer is lost, and the same bytes again find out', async () => {
      await using log = await served.open('lost', relay.port);
      await using direct = await open('lost');
      const end = await fill(log, 2);
      const mine = recordBehind(end);
      relay.swallow();
      const outcome = await log.append(2, mine.record).catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(Error);
      expect(outcome).not.toBeInstanceOf(Taken);
      relay.pass();
      await log.append(2, mine.record);
      expect(toHex((await direct.read(2)) ?? Uint8Array.of())).toBe(toHex(mine.record));
      relay.swallow();
      const lost = recordBehind(mine.end);
      await expect(log.append(3, lost.record)).rejects.toBeInstanceOf(Error);
      relay.pass();
      const other = recordBehind(mine.end).record;
      await direct.append(3, other).catch((error: unknown) => error);
      const won = toHex((await direct.read(3)) ?? Uint8Array.of());
      expect([lost.record, other].map(toHex)).toContain(won);
    });

    it('gives no part of a record whose bytes are cut off', async () => {
      await using direct = await open('cut');
      const large = recordBehind(EMPTY_LIST, 300_000);
      await direct.append(0, large.record);
      await using log = await served.open('cut', relay.port);
      await log.read(0);
      relay.cutAfter(100_000);
      await expect(log.read(0)).rejects.toBeInstanceOf(Error);
      relay.pass();
      expect((await log.read(0))?.length).toBe(large.record.length);
    });

    it('says of a record that it was trimmed, also to one who begins late, and begins no second list', async () => {
      await using log = await open('trim');
      const end = await fill(log, 5);
      await log.trim(3);
      await using late = await open('trim');
      await expect(late.read(0)).rejects.toBeInstanceOf(Trimmed);
      await expect(late.read(2)).rejects.toBeInstanceOf(Trimmed);
      await expect(late.append(0, recordBehind(EMPTY_LIST).record)).rejects.toBeInstanceOf(Taken);
      expect(await late.read(3)).toBeDefined();
      expect(await late.read(5)).toBeUndefined();
      await log.append(5, recordBehind(end).record);
      await log.trim(3);
      expect(await late.read(5)).toBeDefined();
    });

    it('gives a hint from which the end is found, and which is never too large', async () => {
      await using log = await open('hint');
      const end = await fill(log, 4);
      const old = await log.hint();
      expect(old).toBeLessThan(4);
      await log.trim(2);
      await fill(log, 2, end);
      await using late = await open('hint');
      const hint = await late.hint();
      expect(hint).toBeGreaterThanOrEqual(old);
      let n = hint;
      while ((await late.read(n)) !== undefined) n += 1;
      expect(n).toBe(6);
    });
  });
}
