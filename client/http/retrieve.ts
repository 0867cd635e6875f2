import { FalseAnswer } from './failures.ts';
import { statusFailure } from './answers.ts';
import { readJson, type Transport } from './transport.ts';

/** An entry of Rekor v1 as an answer has it: its id, and what stands under it. Not checked. */
export type EntryAnswer = readonly [id: string, value: unknown];

/** Indexes that one request may name: rekor-v1 §6. */
export const MAX_RETRIEVED = 10;

/**
 * Asks a log of Rekor v1 for entries by their virtual indexes, ten at most, in one request.
 *
 * @throws RefusedByLog, NotFound or NotOffered where the server answers no such requests
 */
export async function retrieveEntries(
  transport: Transport,
  indexes: readonly number[],
): Promise<readonly EntryAnswer[]> {
  const answer = await transport.ask('/api/v1/log/entries/retrieve', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ logIndexes: indexes }),
  });
  if (answer.status !== 200) throw statusFailure(answer, 'several entries');
  const list = readJson(answer);
  if (!Array.isArray(list)) throw new FalseAnswer(`${answer.url} answers with something that is no list of entries`);
  return list.flatMap((each: unknown) => answersIn(each));
}

/** Asks for one entry by its virtual index. */
export async function retrieveEntry(transport: Transport, index: number): Promise<readonly EntryAnswer[]> {
  const headers = { accept: 'application/json' };
  const answer = await transport.ask(`/api/v1/log/entries?logIndex=${index}`, { headers });
  if (answer.status !== 200) throw statusFailure(answer, `entry ${index}`);
  return answersIn(readJson(answer));
}

function answersIn(value: unknown): readonly EntryAnswer[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
