import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../../base/system-error.ts';

/** Does short work while no other process does work under the same lock, which is a file. */
export async function locked<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  await take(lock);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Age of a lock whose process must have been killed, in milliseconds: a change takes a few. */
const STALE_LOCK_MS = 10_000;
/** Time between two tries, in milliseconds. */
const RETRY_MS = 20;

async function take(lock: string): Promise<void> {
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > STALE_LOCK_MS) rmSync(lock, { force: true });
    else await sleep(RETRY_MS);
  }
}
