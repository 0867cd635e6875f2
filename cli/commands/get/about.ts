import type { About } from '../../frame/command.ts';

export const get = {
  name: 'get',
  summary: 'read entries, and check their proofs',
  description: [
    'Reads entries by index, by leaf hash (64 hex digits, the UUID of Rekor), or by entry id (80 hex digits). Nothing is printed before inclusion proof, checkpoint and, of Rekor v1, the signed entry timestamp were checked, and the signature in the entry where the entry holds what it is over.',
    'Logs of tiles alone, as Rekor v2, find entries by index only.',
  ],
  arguments: [{ name: 'INDEX|UUID|ENTRYID', isRequired: true, isRepeated: true }],
  options: {},
  examples: [
    { line: 'stele get 7 --server https://log.example', text: 'read an entry by its index' },
    { line: 'stele get 7 8 9 --output json', text: 'read three, as JSON' },
  ],
  json: {
    entries:
      'logIndex, uuid (the leaf hash), index (in its tree), origin, kind, apiVersion, signature (holds, or why it could not be checked), content (the body as JSON), body (base64), treeSize, rootHash (hex), hashes (hex), checkpoint and, of Rekor v1, entryId, integratedTime, logId and signedEntryTimestamp (base64)',
  },
} as const satisfies About;
