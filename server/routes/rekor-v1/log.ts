import { toHex } from '../../../base/bytes.ts';
import type { LogShards } from '../../../log/shards.ts';
import type { Log } from '../../../log/types.ts';
import { treeSize } from '../../../merkle/types.ts';
import { json } from '../../http/answer.ts';
import { InvalidRequest } from '../../http/failures.ts';
import { parseInt64, readInteger, readRequiredInteger, requirePattern } from '../../http/read.ts';
import { notEnabled, V1_READ } from '../../operations/defaults.ts';
import type { Operations } from '../../operations/operation.ts';

const DECIMAL = /^[0-9]+$/;

const KEY_TYPES = ['application/x-pem-file', 'application/json'];

export const logOperations: Pick<Operations, 'getLogInfo' | 'getPublicKey' | 'getLogProof'> = {
  getLogInfo: {
    ...V1_READ,
    route: 'GET /api/v1/log',
    access: 'audit',
    disabled: { status: 501, body: json('operation tlog.GetLogInfo has not yet been implemented') },
    async handle(_, { shards }) {
      const ended = shards.ended.map(shardInfo);
      // `null` is what Go makes of an empty list; clients expect it.
      return {
        status: 200,
        body: json({ inactiveShards: ended.length === 0 ? null : ended, ...shardInfo(shards.active) }),
      };
    },
  },

  getPublicKey: {
    ...V1_READ,
    route: 'GET /api/v1/log/publicKey',
    access: 'anyone',
    produces: KEY_TYPES,
    disabled: notEnabled('Get Public Key'),
    async handle({ query, accepted }, { shards }) {
      const treeId = readTreeId(query);
      const log = treeId === undefined ? shards.active : byTree(shards, treeId);
      if (log === undefined) throw new InvalidRequest('Bad Request', 400);
      const key = log.shard.publicKey;
      if (accepted === 'application/json') return { status: 200, body: json(key) };
      return { status: 200, body: { type: 'application/x-pem-file', text: key } };
    },
  },

  getLogProof: {
    ...V1_READ,
    route: 'GET /api/v1/log/proof',
    access: 'audit',
    disabled: notEnabled('Get Log Proof'),
    async handle({ query }, { shards }) {
      const first = readInteger(query, 'firstSize', 1) ?? 1n;
      const last = readRequiredInteger(query, 'lastSize', 1);
      const treeId = readTreeId(query);
      if (first > last) throw new InvalidRequest(`firstSize(${first}) must be less than lastSize(${last})`, 400);
      const log = treeId === undefined ? shards.active : requireTree(shards, treeId);
      const { root, size } = log.head();
      if (last > size) throw new InvalidRequest(notReached(last, size), 400);
      const proof = first === last ? [] : await log.consistency(treeSize(Number(first)), treeSize(Number(last)));
      return { status: 200, body: json({ hashes: proof.map(toHex), rootHash: toHex(root) }) };
    },
  },
};

function shardInfo(log: Log) {
  const { root, size, rekorCheckpoint: checkpoint } = log.head();
  return { rootHash: toHex(root), signedTreeHead: checkpoint, treeID: log.shard.treeId, treeSize: size };
}

function notReached(asked: bigint, size: number): string {
  return `the tree size requested(${asked}) was greater than what is currently observable(${size})`;
}

/** Empty means the active tree. @throws InvalidRequest */
function readTreeId(query: ReadonlyMap<string, string>): string | undefined {
  const raw = query.get('treeID');
  if (raw === undefined || raw === '') return undefined;
  requirePattern(raw, 'treeID', 'query', DECIMAL);
  return raw;
}

function requireTree(shards: LogShards, treeId: string): Log {
  const id = parseInt64(treeId);
  if (id === undefined) throw new InvalidRequest(`invalid tree ID specified: ${treeId}`, 400);
  const log = byTree(shards, treeId);
  if (log === undefined) throw new InvalidRequest(`no log range found for tree ID ${id}`, 400);
  return log;
}

/** @param treeId - decimal digits, zeros in front allowed */
function byTree(shards: LogShards, treeId: string): Log | undefined {
  const id = parseInt64(treeId);
  return id === undefined ? undefined : shards.byTree(String(id));
}
