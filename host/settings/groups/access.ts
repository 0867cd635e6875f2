import { optional } from '../values/setting.ts';
import { path } from '../values/values.ts';

export const ACCESS = {
  access: optional(
    path,
    'YAML file that says who may add entries, read, search and audit: docs/private-log.md. Without it the log is public. Read again on SIGHUP.',
  ),
};
