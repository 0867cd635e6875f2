import { expect } from 'vitest';
import { created, entryAt, headOf, inconsistentWith, type Receipt, submissionOf, submit } from './client.ts';

const MANY_ENTRIES = 2000;

/** Sends entries, eight at a time, until one is refused. */
export async function sendUntilRefused(base: string, name: string): Promise<{ receipts: Receipt[]; refusal: string }> {
  const receipts: Receipt[] = [];
  for (let turn = 0; turn < MANY_ENTRIES; turn += 8) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => submit(base, submissionOf(`${name} ${turn + i}`, turn + i))),
    );
    for (const answer of answers) if (answer?.status === 201) receipts.push(created(answer));
    const refused = answers.find((answer) => answer?.status !== 201);
    if (refused !== undefined) return { receipts, refusal: `${refused.status} ${refused.text}` };
    if (answers.includes(undefined)) return { receipts, refusal: 'no answer' };
  }
  throw new Error('the disk was not filled');
}

/** All that was acknowledged is there, and no head contradicts another. */
export async function expectKept(base: string, receipts: readonly Receipt[]): Promise<void> {
  const notes = receipts.map(({ checkpoint }) => checkpoint);
  expect(await inconsistentWith(base, [...notes, await headOf(base)])).toStrictEqual([]);
  for (const { checkpoint: _, ...promised } of receipts)
    expect(await entryAt(base, promised.logIndex)).toMatchObject(promised);
}
