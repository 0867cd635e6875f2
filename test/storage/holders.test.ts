import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { useStore } from './contract.ts';

const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test' }));

describe('JournalHolders: the tokens of journals', () => {
  it('are kept for each journal, the newest in the place of the one before, over a restart', async () => {
    expect(await store.now().holder('heads')).toBeUndefined();
    await store.now().hold('heads', { token: 'one', before: undefined });
    await store.now().hold('witness', { token: 'two', before: 'one' });
    expect(await store.now().holder('heads')).toEqual({ token: 'one', before: undefined });
    await store.now().hold('heads', { token: 'three', before: 'one' });
    const now = await store.again();
    expect(await now.holder('heads')).toEqual({ token: 'three', before: 'one' });
    expect(await now.holder('witness')).toEqual({ token: 'two', before: 'one' });
  });
});
