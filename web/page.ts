/* The script of all pages: each part looks whether what it does something for is there. */

import { checkEntry } from './check-entry.ts';
import { checkGrowth } from './check-growth.ts';
import { checkConsistency, checkHeads } from './check-heads.ts';
import { startCopies, startFiles, startTail } from './conveniences.ts';
import { startSearch } from './search-field.ts';

startSearch();
startFiles();
startCopies();
checkEntry();
checkHeads();
checkConsistency();
checkGrowth();
startTail();
