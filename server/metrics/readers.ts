import { programVersion } from '../../host/environment.ts';
import type { HostedLog } from '../../host/hosted-log.ts';
import type { MetricRegistry } from '../../metrics/registry.ts';
import type { LaneFigures } from '../admission/figures.ts';
import { UNAVAILABLE_CODES } from '../http/failure-responses.ts';
import { RequestMeters } from '../http/request-meters.ts';
import { admissionReaders } from './admission.ts';
import { archiveReaders, logReaders, witnessReaders } from './log.ts';
import { type RekorParts, rekorReaders } from './rekor.ts';
import { requestReaders } from './requests.ts';
import { scrubReaders } from './scrub.ts';
import { storageReaders } from './storage.ts';

interface Document {
  readonly paths: RekorParts['paths'];
}

/** Counts requests for every operation of the document. */
export function metersOf({ paths }: Document): RequestMeters {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  return new RequestMeters(
    operations.map(({ operationId }) => operationId),
    UNAVAILABLE_CODES,
  );
}

export interface MeasuredParts {
  readonly log: HostedLog;
  readonly meters: RequestMeters;
  readonly admission: { readonly figures: readonly LaneFigures[] };
  readonly document: Document;
}

/** Has everything that can be scraped of a log and its server read from where it is counted. */
export function addReaders(registry: MetricRegistry, parts: MeasuredParts): void {
  const { log, meters, admission, document } = parts;
  const { shards, clock, damage, settings } = log;
  registry.add(requestReaders(meters));
  registry.add(logReaders(log, () => clock.now()));
  registry.add(witnessReaders(shards));
  registry.add(archiveReaders(log));
  registry.add(scrubReaders(log));
  registry.add(storageReaders(shards));
  registry.add(admissionReaders(() => admission.figures));
  registry.add({ stele_damaged_reads_total: () => damage.count });
  const added = (): number => shards.active.figures()?.added.entries ?? 0;
  if (settings.metricsCompat === 'rekor')
    registry.add(rekorReaders({ meters, paths: document.paths, version: programVersion(), added }));
}
