import type { ADMISSION } from '../../metrics/definitions/admission.ts';
import type { Sample } from '../../metrics/family.ts';
import type { Readers } from '../../metrics/registry.ts';
import type { LaneFigures } from '../admission/figures.ts';

/** @param lanes - as they stand when it is called */
export function admissionReaders(lanes: () => readonly LaneFigures[]): Readers<keyof typeof ADMISSION> {
  const each = (value: (figures: LaneFigures) => number) => (): readonly Sample[] =>
    lanes().map((figures) => ({ labels: { lane: figures.lane }, value: value(figures) }));
  return {
    stele_admission_threads: each(({ threads }) => threads),
    stele_admission_threads_busy: each(({ busy }) => busy),
    stele_admission_threads_lost_total: each(({ lost }) => lost),
    stele_admission_queue_length: each(({ queued }) => queued),
    stele_admission_verdicts_total: () =>
      lanes().flatMap(({ lane, verdicts }) =>
        Object.entries(verdicts).map(([verdict, value]) => ({ labels: { lane, verdict }, value })),
      ),
  };
}
