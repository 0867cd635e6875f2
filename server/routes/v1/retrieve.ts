import { MalformedProposal } from '../../../entries/failures.ts';
import type { Log, ProvenEntry } from '../../../log/types.ts';
import type { Admission, LogQuery } from '../../admission/contract.ts';
import type { Handlers } from '../../http/operation.ts';
import { unreadableBody } from '../../http/read.ts';
import { findById } from './find.ts';
import { splitId, treeHex } from './ids.ts';
import { rendererFor } from './render.ts';

export function retrieveRoutes(log: Log, admission: Admission): Pick<Handlers, 'searchLogQuery'> {
  const render = rendererFor(log.shard);
  const tree = treeHex(log.shard.treeId);
  return {
    async searchLogQuery({ body }) {
      const query = await readQuery(admission, body);
      const entries = await Promise.all(lookUps(log, tree, query));
      return { status: 200, body: render.list(entries.filter((entry) => entry !== undefined)) };
    },
  };
}

/** In the order of contract section 6: whole ids, leaf hashes, entries, indexes. */
function lookUps(log: Log, tree: string, query: LogQuery): Promise<ProvenEntry | undefined>[] {
  const ids = query.entryUUIDs.map(splitId);
  const leaves = query.leaves.map(splitId);
  const ordered = [
    ...ids.filter((id) => id.tree !== undefined),
    ...ids.filter((id) => id.tree === undefined),
    ...leaves,
  ];
  return [
    ...ordered.map((id) => findById(log, tree, id)),
    ...query.logIndexes.filter(Number.isSafeInteger).map((index) => log.byIndex(index)),
  ];
}

/** Of a proposal inside a query Rekor finds an unknown kind while it still reads the body. */
async function readQuery(admission: Admission, body: Uint8Array): Promise<LogQuery> {
  try {
    return await admission.logQuery(body);
  } catch (error) {
    if (error instanceof MalformedProposal && error.detail === 422) throw unreadableBody('entry', error.message);
    throw error;
  }
}
