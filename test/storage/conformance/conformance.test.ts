import { ENGINES } from '../../../storage/engines/index.ts';
import { sqlite } from '../../../storage/engines/sqlite/engine.ts';
import { EMPTY_LIST } from '../../../storage/records/record.ts';
import { ListWriter } from '../../../storage/shared/list-writer.ts';
import { RecordList } from '../../../storage/shared/record-list.ts';
import { sharedStore } from '../../../storage/shared/shared-store.ts';
import { memoryRecords } from '../../support/memory-records.ts';
import { describeCosignatures } from './cosignatures.ts';
import { describeEntries } from './entries.ts';
import { describeHeadRegister } from './head-register.ts';
import { describeMending } from './mending.ts';
import { describeSearchIndex } from './search-index.ts';
import { describeTiles } from './tiles.ts';
import { describeUpkeep } from './upkeep.ts';
import { describeWitnessState } from './witness-state.ts';

/* Every engine of the registry passes the suite of every interface. */

for (const [name, engine] of Object.entries(ENGINES)) {
  const open = (folder: string) => engine.open(folder, { owner: 'a test' });
  describeHeadRegister(name, open);
  describeEntries(name, open);
  describeTiles(name, open);
  describeSearchIndex(name, open);
  describeCosignatures(name, open);
  describeWitnessState(name, open);
  describeUpkeep(name, open);
  describeMending(name, open, engine);
}

/** The store of a machine that leads a shared log is a store like any other. */
async function openShared(folder: string) {
  const local = await sqlite.open(folder, { owner: 'a test' });
  const list = new RecordList({ log: memoryRecords(), now: () => 0, patience: 0 }, EMPTY_LIST);
  const writer = new ListWriter(
    { list, term: new Uint8Array(16), lease: 1, now: () => 0, applied: () => undefined },
    0,
  );
  const { create, keepKeys } = local;
  return { ...sharedStore(local, () => writer), create, keepKeys };
}

/* Of what it does otherwise than the store below it: it appends before it writes. The reads are those of that store. */
describeHeadRegister('shared, over sqlite', openShared);
describeEntries('shared, over sqlite', openShared);
describeCosignatures('shared, over sqlite', openShared);
describeWitnessState('shared, over sqlite', openShared);
