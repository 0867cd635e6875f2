import { equalBytes } from '../../../base/bytes.ts';
import { Failure } from '../../../base/failure.ts';
import type { LogClient } from '../../../client/http/log-client.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';
import type { OpenedLog } from '../../log/open-log.ts';

/** A tree of the log under its newest head, and how it is read. */
export interface AuditedTree {
  readonly client: LogClient;
  readonly head: TrustedHead;
  /** On Rekor v1: entries of the shards before. Undefined where these are not known, and for tiles. */
  readonly offset: number | undefined;
}

/**
 * Returns the trees whose heads the keys can check: that of each API, and on Rekor v1 the shards that have ended.
 *
 * @param remark - told what cannot be audited
 */
export async function treesOf(log: OpenedLog, remark: (sentence: string) => void): Promise<readonly AuditedTree[]> {
  const clients = [...new Set([log.client, ...(log.tiles === undefined ? [] : [log.tiles])])];
  const trees: AuditedTree[] = [];
  for (const client of clients) {
    const ended = client.api === 'rekor-v1' ? await endedShards(client, remark) : undefined;
    let offset = 0;
    for (const head of ended ?? []) {
      trees.push({ client, head, offset });
      offset += head.checkpoint.size;
    }
    const head = await client.head();
    // A copy of a Rekor v1 has the same note at its tiles: that is one tree, and is audited once.
    if (trees.some((tree) => tree.head.checkpoint.origin === head.checkpoint.origin)) continue;
    trees.push({ client, head, offset: ended && offset });
  }
  return trees;
}

/** Undefined if one of them is not signed by a key that is trusted. */
async function endedShards(
  client: LogClient,
  remark: (sentence: string) => void,
): Promise<readonly TrustedHead[] | undefined> {
  try {
    return await client.endedShards();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'answer-false') throw error;
    remark(`the shards that have ended are not audited: ${error.message}`);
    return undefined;
  }
}

/**
 * Compares the heads of the two APIs of a Stele, which has one tree under both.
 *
 * @throws CheckFailed
 */
export async function requireOneTree(log: OpenedLog, trees: readonly AuditedTree[]): Promise<void> {
  const growing = trees.filter(({ client }, i) => trees.findLastIndex((one) => one.client === client) === i);
  const [small, large] = growing.toSorted((a, b) => a.head.checkpoint.size - b.head.checkpoint.size);
  if (log.offer.discovery === undefined || small === undefined || large === undefined) return;
  const { size, root, origin } = small.head.checkpoint;
  if (size === 0) return;
  const before = await large.client.headAt(size);
  if (!equalBytes(before.root, root))
    throw new CheckFailed(
      `${log.base} shows two trees: that of ${origin} with ${size} entries is not the beginning of that of ${large.head.checkpoint.origin}`,
    );
}
