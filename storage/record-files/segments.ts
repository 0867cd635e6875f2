import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { systemCode } from '../../base/system-error.ts';
import { DamagedRecord, LENGTH_BYTES, type ListEnd, MAX_RECORD_BYTES, readRecord } from '../records/record.ts';
import type { Step } from '../records/step.ts';
import { segmentFile } from './layout.ts';

/** A place behind a record. */
export interface RecordPlace {
  /** Number of the segment; 0 before the first. */
  readonly segment: number;
  /** Bytes of the segment up to it. */
  readonly bytes: number;
  readonly end: ListEnd;
}

/** A record, and the place behind it. */
export interface PlacedRecord extends RecordPlace {
  readonly steps: readonly Step[];
  /** With the length before it. */
  readonly record: Uint8Array;
}

/** A segment that does not hold the records it should. */
export class DamagedSegment extends Error {
  readonly file: string;

  /** @param reason - without the file */
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.name = new.target.name;
    this.file = file;
  }
}

/**
 * Reads the records of a shard behind `from`, one after another, over all its segments.
 *
 * @throws DamagedSegment where the records end before the last segment does: damage, or a write that was cut short
 */
export function* readRecords(folder: string, shard: number, from: RecordPlace): Generator<PlacedRecord, undefined> {
  let place = from;
  for (let segment = Math.max(1, from.segment); ; segment += 1) {
    const file = segmentFile(folder, shard, segment);
    const handle = openIfThere(file);
    if (handle === undefined) return undefined;
    try {
      let at = segment === from.segment ? from.bytes : 0;
      for (const size = fstatSync(handle).size; at < size; at = place.bytes) {
        const record = recordAt(handle, file, at, size);
        const { steps, end } = parsed(file, at, place.end, record);
        place = { segment, bytes: at + record.length, end };
        yield { ...place, steps, record };
      }
    } finally {
      closeSync(handle);
    }
  }
}

/** @throws DamagedSegment */
function recordAt(handle: number, file: string, at: number, size: number): Uint8Array {
  const left = size - at;
  const start = readAt(handle, at, Math.min(left, LENGTH_BYTES));
  const length = start.length < LENGTH_BYTES ? 0 : start.readUInt32BE();
  if (length > MAX_RECORD_BYTES) throw new DamagedSegment(file, `a record of ${length} bytes at byte ${at}`);
  if (start.length < LENGTH_BYTES || LENGTH_BYTES + length > left)
    throw new DamagedSegment(file, `the record at byte ${at} is cut short`);
  return readAt(handle, at, LENGTH_BYTES + length);
}

function parsed(file: string, at: number, end: ListEnd, record: Uint8Array): ReturnType<typeof readRecord> {
  try {
    return readRecord(end, record.subarray(LENGTH_BYTES));
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error;
    throw new DamagedSegment(file, `at byte ${at}, ${error.message}`);
  }
}

function readAt(handle: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const read = readSync(handle, bytes, done, length - done, position + done);
    if (read === 0) return bytes.subarray(0, done);
    done += read;
  }
  return bytes;
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
