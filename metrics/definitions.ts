import { ADMISSION } from './definitions/admission.ts';
import type { Definition } from './definitions/definition.ts';
import { ARCHIVE, LOG, WITNESSES } from './definitions/log.ts';
import { PROCESS } from './definitions/process.ts';
import { REKOR } from './definitions/rekor.ts';
import { REQUESTS } from './definitions/requests.ts';
import { SCRUB } from './definitions/scrub.ts';
import { STORAGE } from './definitions/storage.ts';

/** Every metric of the server's own, by the heading it stands under in the manual. */
export const definitionGroups = {
  'Requests and connections': REQUESTS,
  'The log': LOG,
  Witnesses: WITNESSES,
  'The archive': ARCHIVE,
  'The scrub': SCRUB,
  'Database and disks': STORAGE,
  Admission: ADMISSION,
  'The program': PROCESS,
  'Names of Rekor, with --metrics-compat rekor': REKOR,
};

export const definitions = {
  ...REQUESTS,
  ...LOG,
  ...WITNESSES,
  ...ARCHIVE,
  ...SCRUB,
  ...STORAGE,
  ...ADMISSION,
  ...PROCESS,
  ...REKOR,
} satisfies Readonly<Record<string, Definition>>;

export type MetricName = keyof typeof definitions;
