import { MalformedProposal } from '../../../entries/failures.ts';
import type { LogShards } from '../../../log/shards.ts';
import { ownTurn } from '../../../log/turns.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { Admission, Sender } from '../../admission/pool.ts';
import type { LogQuery } from '../../http/bodies/log-query.ts';
import { unreadableBody } from '../../http/read.ts';
import { notEnabled, V1 } from '../../operations/defaults.ts';
import type { Operations } from '../../operations/operation.ts';
import { inSteps, readable } from '../readable.ts';
import { findById } from './find.ts';
import { splitId } from './ids.ts';
import { renderInList, renderList } from './render.ts';

export const retrieveOperations: Pick<Operations, 'searchLogQuery'> = {
  searchLogQuery: {
    ...V1,
    route: 'POST /api/v1/log/entries/retrieve',
    access: 'read',
    body: 'entry',
    disabled: notEnabled('Search Log Query'),
    async handle(asked, parts) {
      const { body, from, gone } = asked;
      const query = await readQuery(parts.admission, body, { from, gone: gone() });
      const entries: string[] = [];
      await inSteps(asked, parts, async () => {
        for (const [i, lookUp] of lookUps(parts.shards, query).entries()) {
          if (i > 0) await ownTurn(gone());
          entries.push(...readable(await lookUp(gone()), asked, parts).map(renderInList));
        }
      });
      return { status: 200, body: renderList(entries) };
    },
  },
};

type LookUp = (gone: AbortSignal) => Promise<readonly ProvenEntry[]>;

/** In the order of rekor-v1 §6: whole ids, leaf hashes, entries, indexes. */
function lookUps(shards: LogShards, query: LogQuery): LookUp[] {
  const ids = query.entryUUIDs.map(splitId);
  const leaves = query.leaves.map(splitId);
  const ordered = [
    ...ids.filter((id) => id.treeId !== undefined),
    ...ids.filter((id) => id.treeId === undefined),
    ...leaves,
  ];
  return [
    ...ordered.map((id) => (gone: AbortSignal) => findById(shards, id, gone)),
    ...query.logIndexes.filter(Number.isSafeInteger).map((index) => () => findByIndex(shards, index)),
  ];
}

async function findByIndex(shards: LogShards, index: number): Promise<readonly ProvenEntry[]> {
  const found = await shards.byIndex(index);
  return found === undefined ? [] : [found];
}

/** Of a proposal inside a query Rekor finds an unknown kind while it still reads the body. */
async function readQuery(admission: Admission, body: Uint8Array, sender: Sender): Promise<LogQuery> {
  try {
    return await admission.logQuery(body, sender);
  } catch (error) {
    if (error instanceof MalformedProposal && error.reason === 'kind-unknown')
      throw unreadableBody('entry', error.message);
    throw error;
  }
}
