import { ed25519Spki, toPem } from '../../checkpoint/spki.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import type { OwnWitness } from '../../witness/own-witness.ts';
import { json } from '../http/answer.ts';
import type { ApiName, Handlers } from '../http/operation.ts';
import { shardFor } from './shard.ts';

export interface IdentitySettings {
  readonly apis: readonly ApiName[];
  readonly maxRequestBody: number;
  readonly maxV2RequestBody: number;
  readonly maxCanonicalBody: number;
  readonly searchPage: number;
  readonly publicUrl: string | undefined;
}

const PUBLIC = { 'Cache-Control': 'no-cache' };

/** Serves the log's identity: its keys and names, for people and programs that begin to trust it. */
export function identityRoutes(
  shards: LogShards,
  settings: IdentitySettings,
  witness: OwnWitness | undefined,
): Pick<Handlers, 'getVkey' | 'getTilePublicKey' | 'getDiscovery'> {
  return {
    async getVkey(asked) {
      const text = `${formatVkey(shardFor(shards, asked).shard.c2spKey)}\n`;
      return { status: 200, headers: PUBLIC, body: { type: 'text/plain; charset=utf-8', text } };
    },
    async getTilePublicKey(asked) {
      const text = toPem(ed25519Spki(shardFor(shards, asked).shard.c2spKey.material));
      return { status: 200, headers: PUBLIC, body: { type: 'application/x-pem-file', text } };
    },
    async getDiscovery() {
      const { apis, publicUrl } = settings;
      const document = {
        faces: apis.map((api) => (api === 'rekor-v1' ? ('v1' as const) : ('v2' as const))), // names of version 0.2
        ...(publicUrl !== undefined && { url: publicUrl }),
        shards: shards.all.map((log) => describe(log, apis)),
        limits: limitsOf(settings),
        ...(witness && { witness: { vkey: formatVkey(witness.key), submissionPath: '', monitoringPath: '/witness' } }),
      };
      return { status: 200, headers: PUBLIC, body: json(document) };
    },
  };
}

function describe(log: Log, apis: IdentitySettings['apis']) {
  const { origin, treeId, logId, offset, publicKey, c2spKey } = log.shard;
  const v1 = { origin: `${origin} - ${treeId}`, treeID: treeId, logID: logId, publicKey, path: '/api/v1' };
  const v2 = {
    origin,
    vkey: formatVkey(c2spKey),
    publicKey: toPem(ed25519Spki(c2spKey.material)),
    path: '/api/v2',
    tilePath: '',
  };
  return {
    ...(apis.includes('rekor-v1') && { v1 }),
    ...(apis.includes('rekor-v2') && { v2 }),
    offset,
    treeSize: log.head().size,
    ...(log.frozenAt !== undefined && { frozen: log.frozenAt }),
  };
}

function limitsOf({ apis, maxRequestBody, maxV2RequestBody, maxCanonicalBody, searchPage }: IdentitySettings) {
  return {
    ...(apis.includes('rekor-v1') && { v1RequestBody: maxRequestBody }),
    ...(apis.includes('rekor-v2') && { v2RequestBody: maxV2RequestBody }),
    canonicalBody: maxCanonicalBody,
    page: searchPage,
  };
}
