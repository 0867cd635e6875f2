import type { Deliver } from './delivery.ts';
import { lookAt } from './look.ts';
import type { Matcher } from './matchers.ts';
import type { EntryFeed } from './new-entries.ts';

/** The index of the first entry that has not been looked at. */
export interface Cursor {
  readonly next: number;
  /** Durable once it returns. */
  moveTo(next: number): void;
}

/** A watch under way. */
export interface Watch {
  readonly feed: EntryFeed;
  readonly matchers: readonly Matcher[];
  readonly deliver: Deliver;
  readonly cursor: Cursor;
  /** Told how far it is. */
  readonly progress: (done: number, total: number) => void;
}

/** Milliseconds between two moves of the cursor where there is nothing to report. */
const SAVE_EVERY_MS = 1000;

/**
 * Looks at all entries from the cursor on, up to the newest. It moves behind an entry only once its report has been delivered: a
 * run that is killed in between reports that one entry again.
 */
export async function watchOnce({ feed, matchers, deliver, cursor, progress }: Watch): Promise<void> {
  const size = await feed.size();
  let [at, movedAt] = [cursor.next, performance.now()];
  const move = (): void => {
    if (at !== cursor.next) cursor.moveTo(at);
    movedAt = performance.now();
  };
  try {
    while (at < size) {
      for (const { logIndex, body } of await feed.read(at)) {
        const report = await lookAt(logIndex, body, matchers);
        if (report !== undefined) await deliver(report);
        at = logIndex + 1;
        if (report !== undefined || performance.now() - movedAt >= SAVE_EVERY_MS) move();
      }
      progress(at, size);
    }
  } finally {
    move();
  }
}
