import { spkiOf } from '../../checkpoint/key.ts';
import { toPem } from '../../checkpoint/spki.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import type { Log } from '../../log/types.ts';
import { json } from '../http/answer.ts';
import { FILE, PLAIN_OPERATION, V2_READ } from '../operations/defaults.ts';
import type { OperationSettings, Operations } from '../operations/operation.ts';
import { periodOf } from './period.ts';
import { shardFor } from './shard.ts';

const PUBLIC_HEADERS = { 'Cache-Control': 'no-cache' };

/** The log's identity: its keys and names, for people and programs that begin to trust it. */
export const identityOperations: Pick<Operations, 'getVkey' | 'getTilePublicKey' | 'getDiscovery'> = {
  getVkey: {
    ...FILE,
    route: 'GET /vkey',
    access: 'anyone',
    async handle(asked, { shards }) {
      const text = `${formatVkey(shardFor(shards, asked).shard.c2spKey)}\n`;
      return { status: 200, headers: PUBLIC_HEADERS, body: { type: 'text/plain; charset=utf-8', text } };
    },
  },

  getTilePublicKey: {
    ...V2_READ,
    route: 'GET /api/v2/log/publicKey',
    access: 'anyone',
    async handle(asked, { shards }) {
      const text = toPem(spkiOf(shardFor(shards, asked).shard.c2spKey));
      return { status: 200, headers: PUBLIC_HEADERS, body: { type: 'application/x-pem-file', text } };
    },
  },

  getDiscovery: {
    ...PLAIN_OPERATION,
    route: 'GET /.well-known/stele.json',
    access: 'audit',
    answersHead: true,
    async handle(_, { shards, settings, witness }) {
      const { apis, publicUrl } = settings;
      const document = {
        faces: apis.map((api) => (api === 'rekor-v1' ? ('v1' as const) : ('v2' as const))), // names of version 0.2
        ...(publicUrl !== undefined && { url: publicUrl }),
        trustedRoot: '/trusted_root.json',
        signingConfig: '/signing_config.json',
        shards: await Promise.all(shards.all.map((log) => describe(log, apis))),
        limits: limitsOf(settings),
        ...(witness && { witness: { vkey: formatVkey(witness.key), submissionPath: '', monitoringPath: '/witness' } }),
      };
      return { status: 200, headers: PUBLIC_HEADERS, body: json(document) };
    },
  },
};

async function describe(log: Log, apis: OperationSettings['apis']) {
  const { origin, treeId, logId, offset, publicKey, c2spKey } = log.shard;
  const { rekorCheckpoint, checkpoint } = log.head();
  const v1 = { origin: originOf(rekorCheckpoint), treeID: treeId, logID: logId, publicKey, path: '/api/v1' };
  const v2 = {
    origin: checkpoint === undefined ? origin : originOf(checkpoint),
    vkey: formatVkey(c2spKey),
    publicKey: toPem(spkiOf(c2spKey)),
    path: '/api/v2',
    tilePath: '',
  };
  return {
    ...(apis.includes('rekor-v1') && { v1 }),
    ...(apis.includes('rekor-v2') && { v2 }),
    begins: (await periodOf(log)).start,
    offset,
    treeSize: log.head().size,
    ...(log.frozenAt !== undefined && { frozen: log.frozenAt }),
  };
}

/** First line of a signed note. */
function originOf(note: string): string {
  return note.slice(0, note.indexOf('\n'));
}

function limitsOf({ apis, maxRequestBody, maxV2RequestBody, maxCanonicalBody, searchPage }: OperationSettings) {
  return {
    ...(apis.includes('rekor-v1') && { v1RequestBody: maxRequestBody }),
    ...(apis.includes('rekor-v2') && { v2RequestBody: maxV2RequestBody }),
    canonicalBody: maxCanonicalBody,
    page: searchPage,
  };
}
