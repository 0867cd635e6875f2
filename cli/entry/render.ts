import { toBase64, toHex } from '../../base/bytes.ts';
import type { LogEntry } from '../../client/http/log-client.ts';
import type { CheckedBody } from './check-body.ts';

/** Where an entry stands, as JSON; more members say more. */
export interface Place {
  readonly logIndex: number;
  readonly uuid: string;
}

/** Where an entry stands, as JSON. */
export function placeJson({ logIndex, uuid, index, head, promise }: LogEntry): Place {
  const { origin } = head.checkpoint;
  const place = { logIndex, uuid, index, origin };
  if (promise === undefined) return place;
  const { entryId, integratedTime, logId } = promise;
  const promised = { ...place, entryId, integratedTime, logId };
  return promised;
}

/** All about an entry, as JSON: place, content and proof. */
export function entryJson(entry: LogEntry, { kind, version, json, signature }: CheckedBody): object {
  const { head, hashes, promise } = entry;
  return {
    ...placeJson(entry),
    kind,
    apiVersion: version,
    signature,
    content: json,
    body: toBase64(entry.body),
    treeSize: head.checkpoint.size,
    rootHash: toHex(head.checkpoint.root),
    hashes: hashes.map(toHex),
    checkpoint: head.note,
    ...(promise !== undefined && { signedEntryTimestamp: toBase64(promise.signedEntryTimestamp) }),
  };
}

/** One line about an entry. */
export function entryLine({ logIndex, uuid }: LogEntry): string {
  return `entry ${logIndex} ${uuid}`;
}

/** An entry for people: what was checked, and the content. */
export function entryText(entry: LogEntry, checked: CheckedBody): string {
  const { head, promise } = entry;
  const time = promise === undefined ? [] : [`logged     ${new Date(promise.integratedTime * 1000).toISOString()}`];
  const proof = promise === undefined ? 'inclusion, checkpoint' : 'inclusion, checkpoint, signed entry timestamp';
  const signature = checked.signature === 'holds' ? ', signature' : `; not the signature: ${checked.signature}`;
  return `${[
    `entry      ${entry.logIndex}`,
    `uuid       ${entry.uuid}`,
    `log        ${head.checkpoint.origin}, ${head.checkpoint.size} entries`,
    ...time,
    `kind       ${checked.kind} ${checked.version}`,
    `checked    ${proof}${signature}`,
    JSON.stringify(checked.json ?? toBase64(entry.body), undefined, 2),
  ].join('\n')}\n`;
}
