import { optional } from '../values/setting.ts';
import { path } from '../values/values.ts';

export const ACCESS = {
  access: optional(
    path,
    'YAML file that says who may add entries, read, search and audit: docs/private-log.md. Without it the log is public. Read again on SIGHUP.',
  ),
  policy: optional(
    path,
    'YAML file that says which entries are admitted: docs/private-log.md. Without it every entry whose signatures hold. Read again on SIGHUP.',
  ),
};
