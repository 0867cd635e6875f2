import { equalBytes } from '../../base/bytes.ts';
import { spkiOf } from '../../checkpoint/key.ts';
import { parsePem } from '../../checkpoint/spki.ts';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import { signingConfig } from '../../trust/signing-config.ts';
import { type LogInstance, NO_AUTHORITIES, trustedRoot } from '../../trust/trusted-root.ts';
import type { JsonText } from '../http/answer.ts';
import { baseOf } from '../http/base-address.ts';
import { PLAIN_OPERATION } from '../operations/defaults.ts';
import type { ApiName, Operations } from '../operations/operation.ts';
import { periodOf } from './period.ts';

const FILE = { ...PLAIN_OPERATION, access: 'anyone', answersHead: true } as const;
const HEADERS = { 'Cache-Control': 'no-cache' };

/** The documents by which Sigstore's clients trust and find a log: clients §2. */
export const trustOperations: Pick<Operations, 'getTrustedRoot' | 'getSigningConfig'> = {
  getTrustedRoot: {
    ...FILE,
    route: 'GET /trusted_root.json',
    async handle(_, { shards, settings: { apis } }) {
      const instances = await instancesOf(shards, apis);
      return { status: 200, headers: HEADERS, body: indented(trustedRoot(instances, NO_AUTHORITIES)) };
    },
  },

  getSigningConfig: {
    ...FILE,
    route: 'GET /signing_config.json',
    async handle({ http }, { shards, settings: { apis, publicUrl } }) {
      const { active } = shards;
      const config = signingConfig({
        logUrl: publicUrl ?? baseOf(http),
        operator: active.shard.origin,
        rekorVersions: apis.map((api) => (api === 'rekor-v1' ? 1 : 2)),
        validFor: await periodOf(active),
      });
      return { status: 200, headers: HEADERS, body: indented(config) };
    },
  },
};

async function instancesOf(shards: LogShards, apis: readonly ApiName[]): Promise<readonly LogInstance[]> {
  const instances: LogInstance[] = [];
  for (const log of shards.all) instances.push(...(await keysOf(log, apis)));
  return instances;
}

async function keysOf(log: Log, apis: readonly ApiName[]): Promise<readonly LogInstance[]> {
  const { origin: name, publicKey, c2spKey } = log.shard;
  const validFor = await periodOf(log);
  const [rekor, c2sp] = [parsePem(publicKey), spkiOf(c2spKey)];
  const isOne = equalBytes(rekor, c2sp); // of a log that was imported and has one key
  return [
    ...(apis.includes('rekor-v1') || isOne ? [{ name, spki: rekor, validFor }] : []),
    ...(apis.includes('rekor-v2') && !isOne ? [{ name, spki: c2sp, validFor }] : []),
  ];
}

/** People read these files, too. */
function indented<T>(value: T): JsonText<T> {
  return { type: 'application/json', text: `${JSON.stringify(value, undefined, 2)}\n` };
}
