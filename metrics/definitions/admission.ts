import { counter, gauge } from './definition.ts';

/** Threads that parse entries and check their signatures. Lane `quick` takes short bodies in batches, `costly` all else. */
export const ADMISSION = {
  stele_admission_threads: gauge('Admission threads.', 'lane'),
  stele_admission_threads_busy: gauge('Admission threads that have something to do.', 'lane'),
  stele_admission_threads_lost_total: counter(
    'Admission threads that ended, or were ended, in the middle of their work.',
    'lane',
  ),
  stele_admission_queue_length: gauge('Requests that wait for an admission thread.', 'lane'),
  stele_admission_verdicts_total: counter(
    'Requests by how their admission ended: good, refused, passed-on to the other lane, busy or failed.',
    'lane',
    'verdict',
  ),
};
