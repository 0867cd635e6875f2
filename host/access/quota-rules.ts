import { size } from '../settings/values/values.ts';
import type { YamlPlace } from './checked-yaml.ts';

/** How much one principal, or one identity, may submit. What is undefined has no limit. */
export interface Quota {
  /** Entries a second, in the long run. */
  readonly rate: number | undefined;
  /** Entries at once, after a pause. */
  readonly burst: number;
  /** Bytes of requests a day. */
  readonly bytes: number | undefined;
  /** Entries a day. */
  readonly entries: number | undefined;
}

/** Quotas of each principal, and of each identity in an entry. */
export interface Quotas {
  readonly principal: Quota | undefined;
  readonly identity: Quota | undefined;
}

const MEMBERS = ['principal', 'identity'] as const;
const QUOTA_MEMBERS = ['rate', 'burst', 'bytes', 'entries'] as const;
const MAX_QUOTA = 2 ** 40;
const BYTES = size(1, MAX_QUOTA);

/** Reads the section `quotas` of the access file. */
export function readQuotas(place: YamlPlace | undefined): Quotas {
  const members = place?.members(MEMBERS);
  return { principal: readQuota(members?.get('principal')), identity: readQuota(members?.get('identity')) };
}

function readQuota(place: YamlPlace | undefined): Quota | undefined {
  if (place === undefined) return undefined;
  const members = place.members(QUOTA_MEMBERS);
  const number = (name: (typeof QUOTA_MEMBERS)[number], least: number) => members.get(name)?.number(least, MAX_QUOTA);
  const rate = number('rate', 0.001);
  const burst = number('burst', 1) ?? Math.max(1, Math.ceil(rate ?? 1));
  if (members.has('burst') && !members.has('rate')) place.refuse('has a burst, and needs a rate beside it');
  return { rate, burst, bytes: readBytes(members.get('bytes')), entries: number('entries', 1) };
}

/** A size as settings have it: 1000, 64KiB, 100MiB. */
function readBytes(place: YamlPlace | undefined): number | undefined {
  if (place === undefined) return undefined;
  const value = place.plain();
  const bytes = typeof value === 'string' || typeof value === 'number' ? BYTES.parse(String(value)) : undefined;
  return bytes ?? place.refuse(`has to be ${BYTES.expects}`);
}
