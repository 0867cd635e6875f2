import { afterAll, beforeAll } from 'vitest';

/** Opens something before the tests of a file, and disposes of it behind them. @returns what gives it to a test */
export function forAllTests<Opened extends AsyncDisposable>(open: () => Promise<Opened>): () => Opened {
  let opened: Opened | undefined;
  beforeAll(async () => void (opened = await open()));
  afterAll(() => opened?.[Symbol.asyncDispose]());
  return () => {
    if (opened === undefined) throw new Error('it is open while tests run, and no longer');
    return opened;
  };
}
