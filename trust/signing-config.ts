import { type Period, type TimeRange, timeRange } from './period.ts';

/* The document by which Sigstore's clients know where to sign: dev.sigstore.trustroot.v1.SigningConfig; clients §2.3. */

const MEDIA_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

/** The log, and those that a signer needs beside it. */
export interface SigningServices {
  /** Where the log is, without `/api/v1` and without a slash at its end. */
  readonly logUrl: string;
  /** Name under which all of it is run: clients take one log of each operator. */
  readonly operator: string;
  readonly rekorVersions: readonly RekorVersion[];
  readonly validFor: Period;
  readonly fulcioUrl?: string;
  /** Where a person signs in. */
  readonly oidcUrl?: string;
  /** The whole address to which timestamp requests are sent. */
  readonly tsaUrl?: string;
}

export type RekorVersion = 1 | 2;

interface Service {
  readonly url: string;
  readonly majorApiVersion: RekorVersion;
  readonly validFor: TimeRange;
  readonly operator: string;
}

interface Selection {
  readonly selector: 'ANY';
}

/** `signing_config.json`. */
export interface SigningConfig {
  readonly mediaType: typeof MEDIA_TYPE;
  readonly caUrls: readonly Service[];
  readonly oidcUrls: readonly Service[];
  readonly rekorTlogUrls: readonly Service[];
  readonly rekorTlogConfig: Selection;
  readonly tsaUrls: readonly Service[];
  /** Left out without a timestamp authority: with it clients insist on one. */
  readonly tsaConfig?: Selection;
}

/**
 * A signing config for one log.
 *
 * Clients written in Go and Python take the highest version that is listed, sigstore-js the first. A certificate of Fulcio
 * lives for minutes, and Rekor v2 says no time: without a timestamp authority it is left to Rekor v1, where there is one.
 */
export function signingConfig({ validFor, operator, ...services }: SigningServices): SigningConfig {
  const service = (url: string, majorApiVersion: RekorVersion): Service => {
    return { url, majorApiVersion, validFor: timeRange(validFor), operator };
  };
  const optional = (url: string | undefined): readonly Service[] => (url === undefined ? [] : [service(url, 1)]);
  const { logUrl, fulcioUrl, oidcUrl, tsaUrl } = services;
  return {
    mediaType: MEDIA_TYPE,
    caUrls: optional(fulcioUrl),
    oidcUrls: optional(oidcUrl),
    rekorTlogUrls: listed(services).map((version) => service(logUrl, version)),
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: optional(tsaUrl),
    ...(tsaUrl !== undefined && { tsaConfig: { selector: 'ANY' } }),
  };
}

function listed({ rekorVersions, fulcioUrl, tsaUrl }: Pick<SigningServices, 'rekorVersions' | 'fulcioUrl' | 'tsaUrl'>) {
  if (tsaUrl !== undefined) return rekorVersions.toSorted((a, b) => b - a);
  const isV1Enough = fulcioUrl !== undefined && rekorVersions.includes(1);
  return rekorVersions.filter((version) => !isV1Enough || version === 1).toSorted((a, b) => a - b);
}
