import { toBase64 } from '../../../base/bytes.ts';
import type { LogEntry } from '../../../client/http/log-client.ts';
import { bearsTrusted, logId, type TrustedKey } from '../../../client/trusted-keys.ts';
import { ecdsa } from '../../log/ecdsa.ts';

/** A TransparencyLogEntry in proto3 JSON, as the log writes it to who logs an entry: rekor-v2 §1.4. */
export function renderLogEntry({ index, body, head, hashes }: LogEntry, keys: readonly TrustedKey[]): string {
  const { kind, apiVersion } = JSON.parse(new TextDecoder().decode(body)) as { kind: string; apiVersion: string };
  const { origin, size, root } = head.checkpoint;
  const key = keys.find((one) => bearsTrusted(head.note, [one], ecdsa));
  if (key === undefined) throw new Error('a head that was checked is by a trusted key');
  return `${JSON.stringify({
    logIndex: String(index),
    logId: { keyId: Buffer.from(logId(key, origin), 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: '0',
    inclusionPromise: null,
    inclusionProof: {
      logIndex: String(index),
      rootHash: toBase64(root),
      treeSize: String(size),
      hashes: hashes.map(toBase64),
      checkpoint: { envelope: head.note },
    },
    canonicalizedBody: toBase64(body),
  })}\n`;
}
