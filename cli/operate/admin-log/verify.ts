import { utf8 } from '../../../base/bytes.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { keepsAdminLog, readAdminLog } from '../../../host/admin-log/admin-log.ts';
import { headDocument } from '../../../host/admin-log/lines.ts';
import { openShards } from '../../../host/shards/read-shards.ts';
import { ownEntries } from './entered-heads.ts';

/** An admin log whose lines follow each other, held against the heads of it that are in the log. */
export interface VerifiedAdminLog {
  readonly lines: number;
  /** Whether a line behind them was cut short: a process ended while it wrote it, and its act was not done. */
  readonly isCut: boolean;
  /** Heads in the log, with the line that each stands for. */
  readonly heads: readonly { readonly index: number; readonly line: number }[];
  /** Lines at the end that no head in the log stands for yet. */
  readonly pending: number;
  /** Indexes of entries that are heads of lines which are not there. */
  readonly missing: readonly number[];
}

/** Without a file there are no lines, and all heads are of lines that are missing. @throws AdminLogBroken, LogRefused, StoreRefused, ExportRefused */
export async function verifyAdminLog(data: string, headsFolder: string): Promise<VerifiedAdminLog> {
  const { lines, isCut } = keepsAdminLog(data) ? readAdminLog(data) : { lines: [], isCut: false };
  const lineOf = new Map(lines.map((line) => [sha256Hex(utf8(headDocument(line))), line.seq]));
  const heads: { readonly index: number; readonly line: number }[] = [];
  const missing: number[] = [];
  using shards = await openShards(data, headsFolder);
  for (const shard of shards.all)
    for await (const { index, digest } of ownEntries(shard)) {
      const line = lineOf.get(digest);
      if (line === undefined) missing.push(index);
      else heads.push({ index, line });
    }
  const covered = heads.reduce((largest, { line }) => Math.max(largest, line), 0);
  return { lines: lines.length, isCut, heads, pending: lines.length - covered, missing };
}
