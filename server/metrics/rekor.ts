import type { REKOR } from '../../metrics/definitions/rekor.ts';
import type { HistogramSample, Labels, Sample } from '../../metrics/family.ts';
import type { Readers } from '../../metrics/registry.ts';
import { REKOR_SECONDS, type RequestMeter, type RequestMeters } from '../http/request-meters.ts';

/** Nanoseconds in a second: Rekor v1 measures in those. */
const NANOSECONDS = { bounds: REKOR_SECONDS, scale: 1e9 };

export interface RekorParts {
  readonly meters: RequestMeters;
  /** Paths and their methods, with the names of the operations: of the OpenAPI document. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  /** Of the server. */
  readonly version: string;
  /** Entries that were added since the start. */
  readonly added: () => number;
}

/** The names that dashboards made for Rekor ask for. */
export function rekorReaders(parts: RekorParts): Readers<keyof typeof REKOR> {
  const apis = apisOf(parts);
  const times = (): readonly HistogramSample[] =>
    apis.flatMap(({ path, meter }) =>
      byStatus(meter, (code) => ({ code, path })).map((one) => ({ ...one, ...NANOSECONDS })),
    );
  return {
    rekor_qps_by_api: () =>
      apis.flatMap(({ method, path, meter }) =>
        byStatus(meter, (code) => ({ code, method, path })).map(({ labels, histogram: { count } }): Sample => {
          return { labels, value: count };
        }),
      ),
    rekor_latency_by_api: () =>
      apis.map(({ method, path, meter }) => ({ labels: { method, path }, histogram: meter.seconds, ...NANOSECONDS })),
    rekor_api_latency: times,
    rekor_api_latency_summary: times,
    rekor_new_entries: parts.added,
    rekor_build_info: () => [{ labels: buildOf(parts), value: 1 }],
  };
}

function buildOf({ version }: RekorParts): Labels {
  return { version, revision: '', build_date: '', goversion: process.version };
}

/** An operation of Rekor v1, and its requests. */
interface Api {
  readonly method: string;
  readonly path: string;
  readonly meter: RequestMeter;
}

const BELOW = '/api/v1/';

function apisOf({ paths, meters }: RekorParts): readonly Api[] {
  return Object.entries(paths)
    .filter(([path]) => path.startsWith(BELOW))
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { operationId }]) => {
        const meter = meters.byOperation.get(operationId);
        return meter === undefined ? [] : [{ method: method.toUpperCase(), path, meter }];
      }),
    );
}

function byStatus({ byStatus: all }: RequestMeter, labelsOf: (code: string) => Labels): readonly HistogramSample[] {
  return [...all].map(([status, histogram]) => ({ labels: labelsOf(String(status)), histogram }));
}
