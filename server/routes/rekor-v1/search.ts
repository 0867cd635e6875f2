import { ownTurn } from '../../../log/turns.ts';
import type { SearchHit, SearchPage } from '../../../log/types.ts';
import type { JsonText } from '../../http/answer.ts';
import { InvalidRequest } from '../../http/failures.ts';
import { readInteger } from '../../http/read.ts';
import { notEnabled, V1 } from '../../operations/defaults.ts';
import type { OperationRequest, OperationSettings, Operations } from '../../operations/operation.ts';
import { findReadable, inSteps } from '../readable.ts';
import { entryId } from './ids.ts';

type SearchLimits = Pick<OperationSettings, 'searchLimit' | 'searchPage'>;

/** Bytes: four times the longest key that is read, in base64. */
const MAX_SEARCH_BYTES = 2 ** 20;

interface Page {
  readonly limit: number;
  readonly after: number | undefined;
}

export const searchOperations: Pick<Operations, 'searchIndex'> = {
  searchIndex: {
    ...V1,
    route: 'POST /api/v1/index/retrieve',
    access: 'search',
    body: 'query',
    maxBodyBytes: MAX_SEARCH_BYTES,
    disabled: notEnabled('Search Index'),
    async handle(asked, parts) {
      const { body, from, query, gone } = asked;
      const { shards, admission, settings: limits } = parts;
      const page = readPage(query, limits, shards.size);
      const question = await admission.searchQuestion(body, { from, gone: gone() });
      const wanted = { question, ...(page ?? { limit: limits.searchLimit, after: undefined }) };
      const found = await inSteps(asked, parts, () => findReadable(wanted, asked, parts));
      if (page === undefined && found.next !== undefined) throw incomplete(found, limits);
      return { status: 200, headers: progress(found), body: await renderIds(found.hits, gone()) };
    },
  },
};

/** Undefined if the request does not ask for pages: Rekor has none. @param end - where the log ends @throws InvalidRequest */
function readPage(query: OperationRequest['query'], { searchPage }: SearchLimits, end: number): Page | undefined {
  const limit = readInteger(query, 'limit', 1);
  const after = readInteger(query, 'after', 0);
  if (limit === undefined && after === undefined) return undefined;
  if (limit !== undefined && limit > searchPage) {
    throw new InvalidRequest(`limit in query should be less than or equal to ${searchPage}`, 608);
  }
  const from = after !== undefined && after > end ? end : after;
  return { limit: Number(limit ?? searchPage), after: from === undefined ? undefined : Number(from) };
}

/** Ids that are rendered in one turn of the event loop. */
const SLICE_IDS = 256;

/** @throws SenderGone */
async function renderIds(hits: readonly SearchHit[], gone: AbortSignal): Promise<JsonText<string[]>> {
  const slices: string[] = [];
  for (let at = 0; at < hits.length; at += SLICE_IDS) {
    if (at > 0) await ownTurn(gone);
    const ids = hits.slice(at, at + SLICE_IDS).map(({ shard, leafHash }) => `"${entryId(shard, leafHash)}"`);
    slices.push(ids.join(','));
  }
  return { type: 'application/json', text: `[${slices.join(',')}]\n`, ascii: true };
}

function progress({ completeTo, next }: SearchPage): Record<string, string> {
  return {
    'X-Stele-Complete-To': String(completeTo),
    ...(next === undefined ? {} : { 'X-Stele-Next-After': String(next) }),
  };
}

function incomplete({ hits }: SearchPage, { searchLimit, searchPage }: SearchLimits): InvalidRequest {
  const why =
    hits.length < searchLimit
      ? 'to look through all entries takes longer than one request may'
      : `more than ${searchLimit} entries match`;
  return new InvalidRequest(
    `${why}: ask for pages with ?limit=1 to ${searchPage}, and go on with ?after= and the ` +
      'value of X-Stele-Next-After',
    400,
  );
}
