import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import type { LeafRange } from '../../merkle/types.ts';
import { FalseAnswer, NotFound, NotOffered, RefusedByLog } from '../http/failures.ts';
import { type EntryAnswer, MAX_RETRIEVED, retrieveEntries, retrieveEntry } from '../http/retrieve.ts';
import type { Transport } from '../http/transport.ts';
import { type IncludedRekorEntry, verifyTrustedRekorEntry } from '../rekor-v1.ts';
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
    const range = { from: start, to: Math.min(to, start + MAX_RETRIEVED) };
    for (const { note, checkpoint } of await readEntries(source, range)) heads.set(note, { note, checkpoint });
  };
  const starts = Array.from({ length: Math.ceil((to - from) / MAX_RETRIEVED) }, (_, i) => from + i * MAX_RETRIEVED);
  for (let at = 0; at < starts.length; at += REQUESTS_AT_ONCE)
    await Promise.all(starts.slice(at, at + REQUESTS_AT_ONCE).map(check));
  return [...heads.values()];
}

/** Reads and checks up to ten entries, in their order. @throws FalseAnswer */
export async function readEntries(
  source: EntrySource,
  { from, to }: LeafRange,
): Promise<readonly IncludedRekorEntry[]> {
  const indexes = Array.from({ length: to - from }, (_, i) => from + i);
  const answers = await answersTo(source, indexes);
  return indexes.map((index) => checkEntry(source, index, answers));
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
function checkEntry(source: EntrySource, index: number, answers: readonly EntryAnswer[]): IncludedRekorEntry {
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
  const { checkpoint } = verdict;
  if (checkpoint.origin === origin && verdict.index === index) return verdict;
  throw new FalseAnswer(
    `${transport.base}: entry ${virtualIndex} is proved as entry ${verdict.index} of ${checkpoint.origin}, and not as ${index} of ${origin}`,
  );
}
