import { BodyTooLarge, InvalidEntry } from '../../../entries/failures.ts';
import type { AdmittedEntry } from '../../../entries/kind.ts';
import { Frozen } from '../../../log/failures.ts';
import type { LogShards } from '../../../log/shards.ts';
import type { Log } from '../../../log/types.ts';
import type { Admission } from '../../admission/contract.ts';
import { GRPC, status } from '../../dialects/rekor-v2.ts';
import type { Handlers } from '../../http/operation.ts';
import { shardFor } from '../shard.ts';
import type { DuplicateAnswer } from '../v1/entries.ts';
import { renderTransparencyLogEntry } from './render.ts';

/** The write side of Rekor v2: contract sections 1.2 to 1.9. */
export function v2EntryRoutes(
  shards: LogShards,
  admission: Admission,
  duplicates: DuplicateAnswer,
): Pick<Handlers, 'createEntry'> {
  return {
    async createEntry(asked) {
      const log = shardFor(shards, asked);
      const { entry, duplicate } = await log.add(await admit(admission, log, asked.body));
      if (!duplicate || duplicates === 'return') return { status: 201, body: renderTransparencyLogEntry(entry) };
      const message = `an equivalent entry already exists in the transparency log with index ${entry.index}`;
      return status(409, GRPC.alreadyExists, message, { 'X-Log-Index': String(entry.index) });
    },
  };
}

/** A log that has ended asks no more of a request than that it can be read: contract section 1.3, rule 13. */
async function admit(admission: Admission, log: Log, body: Uint8Array): Promise<AdmittedEntry> {
  try {
    return await admission.createV2(body);
  } catch (error) {
    const isRead = error instanceof InvalidEntry || error instanceof BodyTooLarge;
    if (isRead && log.frozenAt !== undefined) throw new Frozen(`the log ${log.shard.origin} is frozen`);
    throw error;
  }
}
