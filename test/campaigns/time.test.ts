import { describe, expect, it } from 'vitest';
import { mounter } from '../support/small-disk.ts';
import { time } from './time.ts';

/** Each way once, with a stop of two seconds; that of a full disk only where one may mount. */
const [SEED, ROUNDS] = mounter === undefined ? [0, 2] : [44, 4];
const DONE =
  mounter === undefined ? { setBack: 1, setForward: 1 } : { setBack: 1, setForward: 1, stopped: 1, filled: 1 };

describe('a clock that is set, a process that is stopped, a disk that is full', { timeout: 240_000 }, () => {
  it('leaves no wrong time, and the log goes on by itself', async () => {
    const counts = await time.run({ rounds: ROUNDS, seed: SEED, say: () => undefined });
    expect(counts).toMatchObject(DONE);
  });
});
