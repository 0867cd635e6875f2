import { equalBytes } from '../../base/bytes.ts';
import { type RecordLog, Taken } from '../../storage/record-log.ts';

/** A list of records in memory, for tests of what stands above it. Its records may be changed. */
export interface MemoryRecords extends RecordLog {
  readonly records: Uint8Array[];
  /** Called before each append; what it throws is what the writer gets. */
  before: (n: number) => void | Promise<void>;
}

export function memoryRecords(): MemoryRecords {
  const records: Uint8Array[] = [];
  const log: MemoryRecords = {
    name: 'a list in memory',
    records,
    before: () => undefined,
    read: async (n) => records[n],
    append: async (n, record) => {
      await log.before(n);
      const there = records[n];
      if (there === undefined) records[n] = record;
      else if (!equalBytes(there, record)) throw new Taken(`record ${n} is another's`);
    },
    hint: async () => 0,
    trim: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  return log;
}
