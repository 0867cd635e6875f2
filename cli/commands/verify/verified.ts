import type { CertificateIdentity } from '../../../client/bundle/identity.ts';
import type { SigningTime } from '../../../client/bundle/verify-certificate.ts';
import type { Place } from '../../entry/render.ts';
import type { LogEntry } from '../../../client/http/log-client.ts';

/** The outcome of a verification that holds. */
export interface Verified {
  /** The entry, as JSON. */
  readonly place: Place;
  /** The entry, for people. */
  readonly at: string;
  readonly checked: readonly string[];
  /** When the log has promised to hold the entry. */
  readonly times: readonly SigningTime[];
  readonly isOffline: boolean;
  /** The part that could not be checked. */
  readonly left?: string | undefined;
  /** The holder of the certificate, where that was checked. */
  readonly signer?: CertificateIdentity;
}

/** Where an entry stands, for people. */
export function placeOf({ logIndex, head }: Pick<LogEntry, 'logIndex' | 'head'>): string {
  return `entry ${logIndex} of ${head.checkpoint.origin}, ${head.checkpoint.size} entries`;
}

/** Times of the signed entry timestamp of an entry that was asked for. */
export function timesOf({ promise }: LogEntry): readonly SigningTime[] {
  return promise === undefined
    ? []
    : [{ time: 1000 * promise.integratedTime, source: 'the signed entry timestamp of the log' }];
}
