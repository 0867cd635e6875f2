import { InvalidEntry } from '../../../entries/failures.ts';
import type { AdmittedEntry } from '../../../entries/kind.ts';
import { Frozen } from '../../../log/failures.ts';
import type { LogShards } from '../../../log/shards.ts';
import type { Log } from '../../../log/types.ts';
import type { Admission, Sender } from '../../admission/contract.ts';
import { type ErrorBody, json } from '../../http/answer.ts';
import { ENTRY_ID } from '../../http/bodies/log-query.ts';
import { InvalidRequest } from '../../http/failures.ts';
import type { Handlers } from '../../http/operation.ts';
import { readRequiredInteger, requirePattern } from '../../http/read.ts';
import { entryLocation } from '../../http/target.ts';
import { findById } from './find.ts';
import { entryId, splitId } from './ids.ts';
import { renderCreated, renderFound } from './render.ts';

/** The answer to an entry that the log holds already: `409`, or `201` with the entry as first logged. */
export type DuplicateAnswer = 'conflict' | 'return';

type EntryHandlers = Pick<Handlers, 'createLogEntry' | 'getLogEntryByIndex' | 'getLogEntryByUUID'>;

export function entryRoutes(shards: LogShards, admission: Admission, duplicates: DuplicateAnswer): EntryHandlers {
  return {
    async createLogEntry({ body, from, gone, target }) {
      requireGrowing(shards.active);
      const { entry, duplicate } = await shards.active.add(await admit(admission, body, { from, gone: gone() }));
      const id = entryId(entry.shard, entry.leafHash);
      const Location = entryLocation(target, id);
      if (duplicate && duplicates === 'conflict') {
        return { status: 409, headers: { Location }, body: json<ErrorBody>({ code: 409, message: conflict(id) }) };
      }
      return { status: 201, headers: { ETag: id, Location }, body: renderCreated(entry) };
    },

    async getLogEntryByIndex({ query }) {
      const index = Number(readRequiredInteger(query, 'logIndex', 0));
      const entry = Number.isSafeInteger(index) ? await shards.byIndex(index) : undefined;
      return entry ? { status: 200, body: renderFound(entry) } : { status: 404 };
    },

    async getLogEntryByUUID({ path, gone }) {
      const id = path['entryUUID'] ?? '';
      requirePattern(id, 'entryUUID', 'path', ENTRY_ID);
      requirePossibleTree(id);
      const [entry] = await findById(shards, splitId(id), gone());
      return entry ? { status: 200, body: renderFound(entry) } : { status: 404 };
    },
  };
}

function conflict(id: string): string {
  return `an equivalent entry already exists in the transparency log with UUID ${id}`;
}

/** To a closed log the operation is switched off, and Rekor then looks at no proposal. @throws Frozen */
function requireGrowing({ isClosed, shard }: Log): void {
  if (isClosed) throw new Frozen(`${shard.origin} takes no entries`);
}

/** Rekor says whose fault it is on this operation only. */
async function admit(admission: Admission, body: Uint8Array, sender: Sender): Promise<AdmittedEntry> {
  try {
    return await admission.create(body, sender);
  } catch (error) {
    if (error instanceof InvalidEntry) throw new InvalidEntry(`error processing entry: ${error.message}`);
    throw error;
  }
}

/** rekor-v1 §2: a tree id is an int64, and 0 is none. */
function requirePossibleTree(id: string): void {
  if (id.length === 64) return;
  const tree = id.slice(0, 16);
  if (/^[89a-f]/i.test(tree)) throw new InvalidRequest(`validation error: ${tree} is not a valid TreeID`, 400);
  if (/^0+$/.test(tree)) throw new InvalidRequest('validation error: 0 is not a valid TreeID', 400);
}
