import { setTimeout as sleep } from 'node:timers/promises';
import { openConnection, requestOf } from './connection.ts';

const PING = requestOf({ path: '/ping' });
const PAUSE = 5; // milliseconds

/**
 * Asks `/ping` on a connection of its own while `work` runs. Its answer needs nothing but the server's main thread, so
 * the slowest is the longest that this thread was busy with something else, or waited for a processor.
 */
export async function longestStall<T>(
  port: number,
  work: Promise<T>,
): Promise<{ readonly result: T; readonly stallMs: number }> {
  let longest = 0;
  let over = false;
  const connection = await openConnection(port, () => undefined);
  const probing = (async () => {
    while (!over) {
      const start = performance.now();
      await new Promise<void>((resolve) => connection.send(PING, () => resolve()));
      longest = Math.max(longest, performance.now() - start);
      await sleep(PAUSE);
    }
  })();
  try {
    const result = await work;
    over = true;
    await probing;
    return { result, stallMs: longest };
  } finally {
    over = true;
    connection.close();
  }
}
