import { BodyTooLarge, InvalidEntry } from '../../../entries/failures.ts';
import type { AdmittedEntry } from '../../../entries/kind.ts';
import { Frozen } from '../../../log/failures.ts';
import type { Admission } from '../../admission/pool.ts';
import { GRPC, status } from '../../apis/rekor-v2.ts';
import { DeadlineExceeded } from '../../http/failures.ts';
import { V2 } from '../../operations/defaults.ts';
import type { OperationRequest, OperationSettings, Operations } from '../../operations/operation.ts';
import { addFor } from '../add.ts';
import { shardFor } from '../shard.ts';
import { renderTransparencyLogEntry } from './render.ts';

/** Rekor v2 has no answer of its own for it: to a caller, a log where it is disabled takes no entries. */
const isDisabled = ({ operations }: OperationSettings): boolean => !operations.includes('createEntry');

/** The write side of Rekor v2: rekor-v2 §1.2 to §1.9. */
export const v2EntryOperations: Pick<Operations, 'createEntry'> = {
  createEntry: {
    ...V2,
    route: 'POST /api/v2/log/entries',
    access: 'submit',
    body: 'createEntryRequest',
    isThere: ({ shards, settings }) => !shards.active.isClosed && !isDisabled(settings),
    async handle(asked, { shards, admission, settings, judges, mayRead }) {
      const log = shardFor(shards, asked);
      const isClosed = isDisabled(settings) || log.isClosed;
      const admitted = await admit(admission, asked, isClosed);
      asked.trace?.done('admission');
      const { entry, duplicate } = await addFor(asked.principal, log, admitted, {
        judges,
        mayRead,
        steps: asked.trace,
      });
      // Equal leaves have equal bodies: an entry that was there before has the kind of the one that was sent.
      if (!duplicate || settings.duplicates === 'return')
        return { status: 201, body: renderTransparencyLogEntry(entry, admitted) };
      const message = `an equivalent entry already exists in the transparency log with index ${entry.index}`;
      return status(409, GRPC.alreadyExists, message, { 'X-Log-Index': String(entry.index) });
    },
  },
};

/** In the words of Go's context. */
const LATE_MESSAGE = 'context deadline exceeded';

/**
 * A log that takes no entries asks no more of a request than that it can be read, and nor does one whose caller waits no
 * longer: rekor-v2 §1.3, rule 13.
 */
async function admit(admission: Admission, asked: OperationRequest, isClosed: boolean): Promise<AdmittedEntry> {
  const { body, from, deadline } = asked;
  const read = await admission.createV2(body, { from, gone: goneOrLate(asked) }).catch((error: unknown) => {
    if (deadline?.aborted === true && error === deadline.reason) return new DeadlineExceeded(LATE_MESSAGE);
    if (error instanceof InvalidEntry || error instanceof BodyTooLarge) return error;
    throw error;
  });
  if (isClosed) throw new Frozen('this log takes no entries');
  if (deadline?.aborted === true) throw new DeadlineExceeded(LATE_MESSAGE);
  if (read instanceof Error) throw read;
  return read;
}

/** A deadline that was over before does not count: the request is still to be read. */
function goneOrLate({ gone, deadline }: OperationRequest): AbortSignal {
  return deadline === undefined || deadline.aborted ? gone() : AbortSignal.any([gone(), deadline]);
}
