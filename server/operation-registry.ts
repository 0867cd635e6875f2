import type { Operations } from './operations/operation.ts';
import { headOperations } from './routes/heads.ts';
import { identityOperations } from './routes/identity.ts';
import { serviceOperations } from './routes/service.ts';
import { tileOperations } from './routes/tiles.ts';
import { trustOperations } from './routes/trust.ts';
import { entryOperations } from './routes/rekor-v1/entries.ts';
import { logOperations } from './routes/rekor-v1/log.ts';
import { retrieveOperations } from './routes/rekor-v1/retrieve.ts';
import { searchOperations } from './routes/rekor-v1/search.ts';
import { v2EntryOperations } from './routes/rekor-v2/entries.ts';
import { witnessOperations } from './routes/witness.ts';

/** Every operation of the OpenAPI document. */
export const operations: Operations = {
  ...entryOperations,
  ...retrieveOperations,
  ...logOperations,
  ...searchOperations,
  ...v2EntryOperations,
  ...tileOperations,
  ...headOperations,
  ...identityOperations,
  ...trustOperations,
  ...witnessOperations,
  ...serviceOperations,
};
