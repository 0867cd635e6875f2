import { LogRefused } from '../../log/failures.ts';
import { verifyLog } from '../../log/verify-log.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import { readKey } from '../keys/keys.ts';
import type { ShardPlace } from './planned-shard.ts';
import type { Seen, SeenKey } from './decision.ts';

/**
 * Makes all comparisons that opening a log makes, on a database that is only read, so that they refuse before anything is
 * written, and before a database of an earlier version is brought up to date.
 *
 * @throws LogRefused, StoreRefused
 */
export async function verifySeen({ folder, database, keys }: Seen, place: ShardPlace): Promise<void> {
  if (database.state !== 'log') return;
  const { identity } = database;
  const ids = keys.map(({ role, file, id }) => [role, id ?? readKey(role, file, place.keyPassphrase).id] as const);
  const { rekor = identity.logId, c2sp = identity.c2spKeyId } = Object.fromEntries(ids);
  if ((place.origin ?? identity.origin) === identity.origin) requireKeys(identity, keys, { rekor, c2sp });
  const expected = { origin: place.origin ?? identity.origin, logId: rekor, c2spKeyId: c2sp };
  const { recoverCommand, offset, engine } = place;
  const journal = await engine.journals.viewHeads(place.heads);
  using store = engine.openUnchanged(folder);
  await verifyLog({ store, journal, expected, recoverCommand, offset }, identity);
}

/** As `verifyLog`, and names the file. @throws LogRefused */
function requireKeys(identity: LogIdentity, files: Seen['keys'], ids: Readonly<Record<SeenKey['role'], string>>): void {
  const used = { rekor: identity.logId, c2sp: identity.c2spKeyId };
  const other = files.find(({ role }) => ids[role] !== used[role]);
  if (other === undefined) return;
  throw new LogRefused(
    `the ${other.role} key is not the one this log has signed with since it began: put that key back as ${other.file}, or name where it is with --${other.role}-key`,
  );
}
