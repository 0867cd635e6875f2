import type { LogShards } from '../../../log/shards.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import { inSteps, readable } from '../../routes/readable.ts';
import { findById } from '../../routes/rekor-v1/find.ts';
import { splitId } from '../../routes/rekor-v1/ids.ts';
import type { PageParts, PageRequest } from '../page.ts';

/**
 * Finds an entry by its index, its uuid (the leaf hash) or its entry id. Undefined if the log has none that the visitor may
 * read.
 *
 * @throws SenderGone
 */
export async function findEntry(
  name: string,
  asked: Pick<PageRequest, 'principal' | 'gone'>,
  parts: Pick<PageParts, 'shards' | 'mayRead' | 'now'>,
): Promise<ProvenEntry | undefined> {
  return inSteps(asked, parts, async () => {
    const [found] = readable(await named(parts.shards, name, asked.gone()), asked, parts);
    return found;
  });
}

async function named(shards: LogShards, name: string, gone: AbortSignal): Promise<readonly ProvenEntry[]> {
  if (/^\d{1,16}$/.test(name)) {
    const index = Number(name);
    const found = Number.isSafeInteger(index) ? await shards.byIndex(index) : undefined;
    return found === undefined ? [] : [found];
  }
  if (!/^(?:[0-9a-f]{16})?[0-9a-f]{64}$/i.test(name)) return [];
  return findById(shards, splitId(name), gone);
}
