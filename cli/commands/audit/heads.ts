import { type Comparison, compareHeads } from '../../../client/audit/compare-heads.ts';
import type { Fork } from '../../../client/evidence/evidence.ts';
import type { LogClient } from '../../../client/http/log-client.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import type { KnownHead } from './known-heads.ts';

/** How the newest head of a log stands to those that were seen before. */
export interface HeadReport {
  readonly head: TrustedHead;
  /** The newest head that was seen before. */
  readonly before: KnownHead | undefined;
  readonly verdict: HeadVerdict;
}

export type HeadVerdict =
  | { readonly found: 'first' | 'same' | 'grown' }
  /** Another address showed a larger head, and proves that it begins with this one. */
  | { readonly found: 'behind' }
  | { readonly found: 'forked'; readonly fork: Fork }
  | { readonly found: 'rolled-back' | 'unproved'; readonly reason: string };

type Prover = Pick<LogClient, 'extends' | 'consistency'>;

/**
 * Holds the newest head against those that were seen before.
 *
 * @param seen - of the same log, consistent with each other
 * @param other - opens the address that showed a larger head; undefined if that cannot be asked now
 */
export async function auditHead(
  client: Prover,
  head: TrustedHead,
  seen: readonly KnownHead[],
  other: (server: string) => Promise<Prover | undefined>,
): Promise<HeadReport> {
  const { size } = head.checkpoint;
  const ordered = seen.toSorted((a, b) => a.checkpoint.size - b.checkpoint.size);
  const before = ordered.at(-1);
  const older = ordered.filter(({ checkpoint }) => checkpoint.size <= size).toReversed();
  const verdict = await compareWithOlder(client, head, older);
  const isGood = verdict.found !== 'forked' && verdict.found !== 'unproved';
  if (before === undefined || !isGood || before.checkpoint.size <= size) return { head, before, verdict };
  return { head, before, verdict: await goneBack(head, before, await other(before.server)) };
}

/** Older heads that are tried where the newest proves nothing. */
const MAX_TRIED = 8;

/** Compares with the newest; where that cannot be proved, with those before it, which may convict all the same. */
async function compareWithOlder(
  client: Prover,
  head: TrustedHead,
  older: readonly KnownHead[],
): Promise<Comparison | { readonly found: 'first' }> {
  const [newest, ...others] = older;
  if (newest === undefined) return { found: 'first' };
  const comparison = await compareHeads(newest, head, client);
  if (comparison.found !== 'unproved') return comparison;
  for (const one of others.slice(0, MAX_TRIED)) {
    const other = await compareHeads(one, head, client);
    if (other.found === 'forked') return other;
  }
  return comparison;
}

async function goneBack(head: TrustedHead, before: KnownHead, prover: Prover | undefined): Promise<HeadVerdict> {
  const verdict = prover === undefined ? undefined : await compareHeads(head, before, prover);
  if (verdict?.found === 'forked') return verdict;
  return verdict?.found === 'grown' ? { found: 'behind' } : { found: 'rolled-back', reason: rollback(head, before) };
}

function rollback({ checkpoint: now }: TrustedHead, { checkpoint: before, server }: KnownHead): string {
  return [
    `it shows a signed head of ${now.size} entries, and ${server} had shown one of ${before.size}`,
    'This alone is no proof of a fork: a cache or a copy that is behind shows the same',
    `It becomes one once the log signs another tree of ${before.size} entries or more: audit again, and the evidence is written then`,
  ].join('. ');
}
