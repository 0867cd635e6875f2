import { randomUUID } from 'node:crypto';
import { utf8 } from '../../../base/bytes.ts';
import { RecordLogRefused, RecordLogUnreachable } from '../../record-log.ts';

type Create = (name: string, bytes: Uint8Array) => Promise<'created' | 'there'>;

const WRITERS = 8;

/**
 * Finds out whether a store creates an object once only. One that ignores conditions would take two leaders' records under one
 * number, and say nothing.
 *
 * @throws RecordLogRefused for a store that does not
 */
export async function probe(create: Create, remove: (name: string) => Promise<void>, store: string): Promise<void> {
  const [one, many] = [`probe/${randomUUID()}`, `probe/${randomUUID()}`];
  try {
    const twice = [await create(one, utf8('first')), await create(one, utf8('second'))];
    if (twice.join() !== 'created,there')
      throw refusal(store, `of two that created one object after the other, it answered ${twice.join(' and ')}`);
    const writers = Array.from({ length: WRITERS }, (_, i) => create(many, utf8(`writer ${i}`)).catch(() => 'unknown'));
    const winners = (await Promise.all(writers)).filter((outcome) => outcome === 'created').length;
    if (winners > 1)
      throw refusal(store, `of ${WRITERS} that created one object at one time, ${winners} were told that they did`);
    if (winners === 0) throw new RecordLogUnreachable(`${store} answered none of ${WRITERS} that created one object`);
  } finally {
    await Promise.allSettled([one, many].map(remove));
  }
}

function refusal(store: string, seen: string): RecordLogRefused {
  return new RecordLogRefused(
    `${store} does not create an object only where there is none (If-None-Match: *), and a log on it would fork: ${seen}. Use a store that does`,
  );
}
