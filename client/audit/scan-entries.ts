import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import type { LeafRange } from '../../merkle/types.ts';
import { FalseAnswer, NotFound, NotOffered, RefusedByLog } from '../http/failures.ts';
import { type EntryAnswer, MAX_RETRIEVED, retrieveEntries, retrieveEntry } from '../http/retrieve.ts';
import type { Transport } from '../http/transport.ts';
import { verifyTrustedRekorEntry } from '../rekor-v1.ts';
import type { TrustedHead, TrustedKey } from '../trusted-keys.ts';

/** The tree of a shard of Rekor v1, and how its entries are checked. */
export interface EntrySource {
  readonly transport: Transport;
  readonly keys: readonly TrustedKey[];
  readonly ecdsa: EcdsaCheck;
  /** Of the shard. */
  readonly origin: string;
  /** Virtual index of its first entry. */
  readonly offset: number;
}

const REQUESTS_AT_ONCE = 4;

/**
 * Reads every entry of a range by the API of Rekor v1, and checks its id, its signed entry timestamp, the signature of the
 * head that it is proved under, and that proof.
 *
 * @param range - indexes in the tree of the shard
 * @returns the heads that entries were proved under, each once: they have still to be held against each other
 * @throws FalseAnswer naming the first entry that does not hold
 */
export async function scanEntries(source: EntrySource, { from, to }: LeafRange): Promise<readonly TrustedHead[]> {
  const heads = new Map<string, TrustedHead>();
  const check = async (start: number): Promise<void> => {
    const indexes = Array.from({ length: Math.min(MAX_RETRIEVED, to - start) }, (_, i) => start + i);
    const answers = await answersTo(source, indexes);
    for (const index of indexes) {
      const head = checkEntry(source, index, answers);
      heads.set(head.note, head);
    }
  };
  const starts = Array.from({ length: Math.ceil((to - from) / MAX_RETRIEVED) }, (_, i) => from + i * MAX_RETRIEVED);
  for (let at = 0; at < starts.length; at += REQUESTS_AT_ONCE)
    await Promise.all(starts.slice(at, at + REQUESTS_AT_ONCE).map(check));
  return [...heads.values()];
}

/** By ten at once, or one by one where the server does not take such questions. */
async function answersTo(
  { transport, offset }: EntrySource,
  indexes: readonly number[],
): Promise<readonly EntryAnswer[]> {
  const asked = indexes.map((index) => offset + index);
  try {
    return await retrieveEntries(transport, asked);
  } catch (error) {
    const isNotTaken = [RefusedByLog, NotFound, NotOffered].some((Refused) => error instanceof Refused);
    if (!isNotTaken) throw error;
    return (await Promise.all(asked.map((index) => retrieveEntry(transport, index)))).flat();
  }
}

/** @throws FalseAnswer */
function checkEntry(source: EntrySource, index: number, answers: readonly EntryAnswer[]): TrustedHead {
  const { keys, ecdsa, origin, offset, transport } = source;
  const virtualIndex = offset + index;
  const found = answers.find(
    ([, value]) => (value as { readonly logIndex?: unknown } | null)?.logIndex === virtualIndex,
  );
  if (found === undefined)
    throw new FalseAnswer(`${transport.base}: entry ${virtualIndex} was asked for, and did not come`);
  const verdict = verifyTrustedRekorEntry(...found, keys, ecdsa);
  if (!verdict.holds)
    throw new FalseAnswer(`${transport.base}: entry ${virtualIndex} does not hold: ${verdict.reason}`);
  const { checkpoint, note } = verdict;
  if (checkpoint.origin === origin && verdict.index === index) return { note, checkpoint };
  throw new FalseAnswer(
    `${transport.base}: entry ${virtualIndex} is proved as entry ${verdict.index} of ${checkpoint.origin}, and not as ${index} of ${origin}`,
  );
}
