import { openSqliteStore } from '../../storage/engines/sqlite/open.ts';
import { describeStore, type OpenStore } from './contract.ts';
import { describeHeads } from './heads.ts';
import { describeSearch } from './searching.ts';
import { describeWitnessed } from './witnessed.ts';

/** Every engine there is. */
const ENGINES: Readonly<Record<string, OpenStore>> = {
  sqlite: (folder) => openSqliteStore(folder, { owner: 'a test' }),
};

for (const [engine, open] of Object.entries(ENGINES)) {
  describeStore(engine, open);
  describeHeads(engine, open);
  describeWitnessed(engine, open);
  describeSearch(engine, open);
}
