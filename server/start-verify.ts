import { verifyLog } from '../log/verify-log.ts';
import { viewFileJournal } from '../storage/engines/file-journal/open.ts';
import { openSqliteUnchanged } from '../storage/engines/sqlite/open-unchanged.ts';
import { readKey } from './keys.ts';
import type { ShardPlace } from './planned-shard.ts';
import type { Seen } from './start-decision.ts';

/**
 * Makes all comparisons that opening a log makes, on a database that is only read, so that they refuse before anything is
 * written, and before a database of an earlier version is brought up to date.
 *
 * @throws LogRefused, StoreRefused
 */
export async function verifySeen({ folder, database, keys }: Seen, place: ShardPlace): Promise<void> {
  if (database.state !== 'log') return;
  const { identity } = database;
  const ids = keys.map(({ face, file }) => [face, readKey(face, file).id] as const);
  const { v1 = identity.logId, tile = identity.tileKeyId } = Object.fromEntries(ids);
  const expected = { origin: place.origin ?? identity.origin, logId: v1, tileKeyId: tile };
  const { recoverCommand, offset } = place;
  const journal = await viewFileJournal(place.heads);
  using store = openSqliteUnchanged(folder);
  await verifyLog({ store, journal, expected, recoverCommand, offset }, identity);
}
