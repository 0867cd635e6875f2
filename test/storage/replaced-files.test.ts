import { copyFileSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreRefused } from '../../storage/failures.ts';
import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { growth } from './conformance/commits.ts';
import { useStore } from './conformance/fixture.ts';

const store = useStore((folder) => openSqliteStore(folder, { owner: 'a test' }));
const path = (name: string): string => join(store.folder(), name);

const CHANGES: Readonly<Record<string, (file: string) => void>> = {
  removed: (file) => rmSync(file),
  'replaced by a copy': (file) => {
    copyFileSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
  },
};
const cases = ['stele.db', 'stele.db-wal', 'stele.db-shm', 'lock.db'].flatMap((name) =>
  Object.keys(CHANGES).map((how) => ({ name, how })),
);

describe('sqlite: files that are removed or replaced while they are open', () => {
  it.each(cases)('no write is believed once $name is $how', async ({ name, how }) => {
    await store.now().commit(growth(0, 2));
    await expect(store.now().check()).resolves.toBeUndefined();
    CHANGES[how]?.(path(name));
    await expect(store.now().check()).rejects.toThrow(`${path(name)} was removed or replaced`);
    const advice =
      name === 'lock.db'
        ? 'so it kept no other process out: find out what removed it, make sure that no other process uses its folder, and start again: the file is made anew'
        : 'so what was written to it since may be lost: put the file back, keep other programs out of its folder, and start again';
    const lost = new StoreRefused(`${path(name)} was removed or replaced while this process had it open, ${advice}`);
    await expect(store.now().commit(growth(2, 3))).rejects.toThrow(lost);
    await expect(store.now().heartbeat(1)).rejects.toThrow(lost);
  });
});

describe('sqlite: a database with a second name', () => {
  it('is not opened: it would have a WAL for each of its names', async () => {
    linkSync(path('stele.db'), path('second.db'));
    await expect(store.again()).rejects.toThrow(`${path('stele.db')} has 2 names (hard links)`);
    rmSync(path('second.db'));
    await store.again();
  });
});
