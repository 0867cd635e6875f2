import { ENGINES } from '../../../storage/engines/index.ts';
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
