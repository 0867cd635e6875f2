import { equalBytes } from '../../base/bytes.ts';
import { parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { parseNote } from '../../checkpoint/note.ts';
import type { LogClient } from '../../client/http/log-client.ts';
import type { TrustedHead } from '../../client/trusted-keys.ts';
import { CheckFailed } from '../frame/exit-codes.ts';
import type { LogStateFile } from '../state/log-state.ts';

/**
 * Holds a head against the last one that was seen of its tree: it has to be the same tree, or that one grown on. Then it is
 * remembered in place of the other. A head that fails changes nothing.
 *
 * @throws CheckFailed
 */
export async function follow(state: LogStateFile, client: LogClient, head: TrustedHead): Promise<void> {
  const { origin, size } = head.checkpoint;
  const before = lastOf(state.read().heads[origin]);
  if (before !== undefined) await compare(client, before, head);
  if (before?.checkpoint.size === size) return;
  await state.update((old) => {
    const newest = lastOf(old.heads[origin]); // another run may have seen more in the meantime
    if (newest !== undefined && newest.checkpoint.size >= size) return old;
    return { ...old, heads: { ...old.heads, [origin]: head.note } };
  });
}

/**
 * As `follow`, for heads that come in no order: one that is older than the last one is taken, and not remembered, if the
 * last one begins with it.
 *
 * @throws CheckFailed
 */
export async function place(state: LogStateFile, client: LogClient, head: TrustedHead): Promise<void> {
  const last = lastOf(state.read().heads[head.checkpoint.origin]);
  if (last === undefined || last.checkpoint.size <= head.checkpoint.size) return follow(state, client, head);
  await compare(client, head, last);
}

/** Notes in the state were verified before they were written. */
function lastOf(note: string | undefined): TrustedHead | undefined {
  return note === undefined ? undefined : { note, checkpoint: parseCheckpoint(parseNote(note).text) };
}

async function compare(client: LogClient, before: TrustedHead, head: TrustedHead): Promise<void> {
  const [old, now] = [before.checkpoint, head.checkpoint];
  if (old.size === now.size && equalBytes(old.root, now.root)) return;
  if (old.size === now.size)
    throw new CheckFailed(
      `the log ${now.origin} has signed two different trees of ${now.size} entries: it has forked. stele audit writes the evidence`,
    );
  const verdict = await client.extends(before, head);
  if (!verdict.holds)
    throw new CheckFailed(
      `the log at ${client.base} is not the one that was seen before: ${verdict.reason}. stele audit says more, and writes evidence of a fork`,
    );
}
