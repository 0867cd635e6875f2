import { equalBytes } from '../../base/bytes.ts';
import { shardKeys, type ShardDiscovery } from '../../client/http/probe.ts';
import { logId, signerName, type TrustedKey } from '../../client/trusted-keys.ts';
import type { Period } from '../../trust/period.ts';
import { type RekorVersion, signingConfig, type SigningConfig } from '../../trust/signing-config.ts';
import { type LogInstance, trustedRoot, type TrustedRoot } from '../../trust/trusted-root.ts';
import type { Run } from '../frame/command.ts';
import { CheckFailed, UsageFault } from '../frame/exit-codes.ts';
import type { Values } from '../frame/options.ts';
import { openLog } from '../log/open-log.ts';
import { readAuthorities } from './authorities.ts';
import { readTime, readUrl } from './input.ts';
import type { SIGNING_CONFIG_OPTIONS, TRUST_CONFIG_OPTIONS } from './options.ts';

/** A log whose head was checked, with what trust files say of it. */
export interface TrustedLog {
  /** Keys of all shards. */
  readonly instances: readonly LogInstance[];
  readonly base: string;
  /** Host that the shard that grows signs as. */
  readonly name: string;
  readonly rekorVersions: readonly RekorVersion[];
  /** When the shard that grows began. */
  readonly validFor: Period;
}

/** Start of keys whose beginning nobody has said: older than any log. sigstore-go refuses keys without a start. */
const UNKNOWN_START = Date.UTC(2000, 0, 1) / 1000;

type Asked = Pick<Run, 'globals' | 'machine' | 'output'> & { readonly options: { readonly start: string | undefined } };

/** Finds the log, and checks that its newest head is by a trusted key and grown from the one that was seen last. @throws Failure */
export async function readTrustedLog(asked: Asked): Promise<TrustedLog> {
  const { globals, output, options } = asked;
  const start = startOf(options);
  const log = await openLog(asked);
  const head = await log.client.head();
  await log.follow(log.client, head);
  const name = signerName(head.checkpoint.origin);
  const { discovery, apis } = log.offer;
  const shards = discovery?.shards ?? [];
  const instances = shards.flatMap((shard) => shardInstances(shard, log.keys, start, output));
  const versions: readonly RekorVersion[] = [
    ...(apis.includes('rekor-v1') ? [1 as const] : []),
    ...(apis.includes('rekor-v2') ? [2 as const] : []),
  ];
  const own = log.keys.map((key): LogInstance => ({ name: key.name ?? name, spki: key.spki, validFor: { start } }));
  const last = shards.at(-1);
  return {
    instances: discovery === undefined ? own : known(instances, log.base),
    base: log.base,
    name,
    rekorVersions: versions.filter((version) => globals.api === undefined || globals.api === `rekor-v${version}`),
    validFor: last === undefined ? { start } : shardPeriod(last, start),
  };
}

function known(instances: readonly LogInstance[], base: string): readonly LogInstance[] {
  if (instances.length > 0) return instances;
  throw new CheckFailed(`${base} names no key of its shards that is trusted: give --log-key for each`);
}

function shardInstances(
  shard: ShardDiscovery,
  trusted: readonly TrustedKey[],
  start: number,
  output: Run['output'],
): readonly LogInstance[] {
  return shardKeys(shard).flatMap(({ name, spki }) => {
    const isTrusted = trusted.some((key) => (key.name ?? name) === name && equalBytes(key.spki, spki));
    if (isTrusted) return [{ name: name ?? '', spki, validFor: shardPeriod(shard, start) }];
    const id = logId({ name, spki }, name ?? '');
    output.remark(`left out: the key ${id} that the log names for ${name}, which is not trusted. Give it as --log-key`);
    return [];
  });
}

function shardPeriod({ begins, frozen }: ShardDiscovery, start: number): Period {
  return { start: isTime(begins) ? begins : start, ...(isTime(frozen) && { end: frozen }) };
}

/** Seconds since 1970, up to the year 9999. */
function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 253_402_300_800;
}

function startOf({ start }: Asked['options']): number {
  return readTime('start', start) ?? UNKNOWN_START;
}

/** The trusted root of a log and the authorities of the command line. @throws UsageFault */
export function trustedRootOf({ instances }: TrustedLog, options: Values<typeof TRUST_CONFIG_OPTIONS>): TrustedRoot {
  return trustedRoot(instances, readAuthorities(options, startOf(options)));
}

/** The signing config of a log and the services of the command line. @throws UsageFault */
export function signingConfigOf(log: TrustedLog, options: Values<typeof SIGNING_CONFIG_OPTIONS>): SigningConfig {
  if (log.rekorVersions.length === 0) throw new UsageFault(`${log.base} takes no entries: nobody can sign with it`);
  const [fulcioUrl, oidcUrl] = [readUrl('fulcio-url', options['fulcio-url']), readUrl('oidc-url', options['oidc-url'])];
  const tsaUrl = timestampUrl(readUrl('tsa-url', options['tsa-url']));
  return signingConfig({
    logUrl: readUrl('url', options.url) ?? log.base,
    operator: log.name,
    rekorVersions: log.rekorVersions,
    validFor: log.validFor,
    ...(fulcioUrl !== undefined && { fulcioUrl }),
    ...(oidcUrl !== undefined && { oidcUrl }),
    ...(tsaUrl !== undefined && { tsaUrl }),
  });
}

/** Clients ask for timestamps at the address as it is; a host alone stands for Sigstore's own path. */
function timestampUrl(url: string | undefined): string | undefined {
  return url !== undefined && new URL(url).pathname === '/' ? `${url}/api/v1/timestamp` : url;
}

/** One line on each key, for people. */
export function describe({ instances }: TrustedLog): string {
  const lines = instances.map(({ name, spki, validFor: { end } }) => {
    const id = logId({ name, spki }, name);
    return `key       ${id} of ${name}${end === undefined ? '' : `, until ${new Date(end * 1000).toISOString()}`}\n`;
  });
  return lines.join('');
}
