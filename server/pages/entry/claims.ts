import { toBase64, toHex } from '../../../base/bytes.ts';
import type { Log, ProvenEntry } from '../../../log/types.ts';
import type { EntryClaims, WitnessKey } from '../../../web/claims.ts';
import { entryId } from '../../routes/rekor-v1/ids.ts';
import { headClaims, hexOf } from '../claims.ts';
import type { Ladder } from '../drawing/ladder.ts';
import type { Offer } from '../first-entry.ts';
import type { BodyView } from './body.ts';

/** Bytes of an attestation that stand in the page for its script: longer ones are verified by programs. */
const MAX_ATTESTATION = 32 * 1024;

export interface ClaimParts {
  readonly log: Log;
  readonly offer: Offer;
  readonly witnesses: readonly WitnessKey[];
}

/** Returns everything about an entry that the page's script checks. */
export function entryClaims(
  entry: ProvenEntry,
  view: BodyView,
  ladder: Ladder,
  { log, offer, witnesses }: ClaimParts,
): EntryClaims {
  const { shard, head, attestation } = entry;
  const hasV1 = offer.apis.includes('rekor-v1');
  return {
    head: headClaims(log, head, offer),
    witnesses,
    index: entry.index,
    virtualIndex: entry.virtualIndex,
    integratedTime: entry.integratedTime,
    logId: shard.logId,
    id: entryId(shard, entry.leafHash),
    signedEntryTimestamp: hasV1 ? toBase64(entry.signedEntryTimestamp) : undefined,
    size: head.size,
    root: toHex(head.root),
    hashes: hexOf(entry.proof),
    parents: ladder.steps.map(({ parent }) => toHex(parent.hash)),
    body: isShownWhole(view, entry.body) ? undefined : toBase64(entry.body),
    attestation: attestation === undefined || attestation.length > MAX_ATTESTATION ? undefined : toBase64(attestation),
    path: offer.has('getLogEntryByIndex') ? `api/v1/log/entries?logIndex=${entry.virtualIndex}` : undefined,
  };
}

/** A parser of HTML drops a line feed at the front, and characters of the number 0. */
export function isShownWhole({ text }: BodyView, body: Uint8Array): boolean {
  return text !== undefined && body.length > 0 && !text.startsWith('\n') && !text.includes('\0');
}
