import { InvalidEntry } from '../../../entries/failures.ts';
import type { AdmittedEntry } from '../../../entries/kind.ts';
import { Frozen, ReadOnly } from '../../../log/failures.ts';
import type { Log } from '../../../log/types.ts';
import type { Admission, Sender } from '../../admission/pool.ts';
import type { ErrorBody } from '../../apis/rekor-v1.ts';
import { json } from '../../http/answer.ts';
import { ENTRY_ID } from '../../http/bodies/log-query.ts';
import { InvalidRequest } from '../../http/failures.ts';
import { readRequiredInteger, requirePattern } from '../../http/read.ts';
import { entryLocation } from '../../http/target.ts';
import { notEnabled, V1, V1_READ } from '../../operations/defaults.ts';
import type { Operations } from '../../operations/operation.ts';
import { addFor } from '../add.ts';
import { inSteps, readable } from '../readable.ts';
import { findById } from './find.ts';
import { entryId, splitId } from './ids.ts';
import { renderCreated, renderFound } from './render.ts';

type EntryOperations = Pick<Operations, 'createLogEntry' | 'getLogEntryByIndex' | 'getLogEntryByUUID'>;

export const entryOperations: EntryOperations = {
  createLogEntry: {
    ...V1,
    route: 'POST /api/v1/log/entries',
    access: 'submit',
    body: 'proposedEntry',
    disabled: notEnabled('Create Entry'),
    isThere: ({ shards }) => !shards.active.isClosed,
    async handle({ principal, body, from, gone, target, trace }, { shards, admission, settings, judges, mayRead }) {
      requireGrowing(shards.active);
      const admitted = await admit(admission, body, { from, gone: gone() });
      trace?.done('admission');
      const { entry, duplicate } = await addFor(principal, shards.active, admitted, { judges, mayRead, steps: trace });
      const id = entryId(entry.shard, entry.leafHash);
      const Location = entryLocation(target, id);
      if (duplicate && settings.duplicates === 'conflict') {
        return { status: 409, headers: { Location }, body: json<ErrorBody>({ code: 409, message: conflict(id) }) };
      }
      return { status: 201, headers: { ETag: id, Location }, body: renderCreated(entry) };
    },
  },

  getLogEntryByIndex: {
    ...V1_READ,
    route: 'GET /api/v1/log/entries',
    access: 'read',
    disabled: notEnabled('Get Log Entry by Index'),
    async handle(asked, parts) {
      const index = Number(readRequiredInteger(asked.query, 'logIndex', 0));
      const [entry] = await inSteps(asked, parts, async () => {
        const found = Number.isSafeInteger(index) ? await parts.shards.byIndex(index) : undefined;
        return found === undefined ? [] : readable([found], asked, parts);
      });
      return entry ? { status: 200, body: renderFound(entry) } : { status: 404 };
    },
  },

  getLogEntryByUUID: {
    ...V1_READ,
    route: 'GET /api/v1/log/entries/{entryUUID}',
    access: 'read',
    disabled: notEnabled('Get Log Entry by UUID'),
    async handle(asked, parts) {
      const id = asked.path['entryUUID'] ?? '';
      requirePattern(id, 'entryUUID', 'path', ENTRY_ID);
      requirePossibleTree(id);
      const [entry] = await inSteps(asked, parts, async () =>
        readable(await findById(parts.shards, splitId(id), asked.gone()), asked, parts),
      );
      return entry ? { status: 200, body: renderFound(entry) } : { status: 404 };
    },
  },
};

function conflict(id: string): string {
  return `an equivalent entry already exists in the transparency log with UUID ${id}`;
}

/**
 * To a log that has ended the operation is switched off, and Rekor then looks at no proposal; one that is only read has the
 * path, without this method. @throws Frozen, ReadOnly
 */
function requireGrowing({ isClosed, frozenAt, shard }: Log): void {
  if (!isClosed) return;
  if (frozenAt === undefined)
    throw new ReadOnly('this server only reads the log: send entries to the one that writes it');
  throw new Frozen(`${shard.origin} takes no entries`);
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
