/* The script of all pages: each part looks whether what it does something for is there. */

import { startSearch } from './search-field.ts';

startSearch();
