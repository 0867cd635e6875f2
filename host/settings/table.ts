import { acceptance } from './groups/acceptance.ts';
import { ACCESS } from './groups/access.ts';
import { LIMITS, LOAD } from './groups/limits.ts';
import { DATA, IDENTITY } from './groups/log.ts';
import { LOGGING, MONITORING, SERVING } from './groups/serving.ts';
import { SHARED } from './groups/shared.ts';
import { WITNESSES } from './groups/witnesses.ts';
import type { HostEnvironment, Values } from './values/setting.ts';

/** Every setting there is, by the heading it stands under. */
export function settingGroups(kinds: HostEnvironment['kinds']) {
  return {
    Serving: SERVING,
    Access: ACCESS,
    Data: DATA,
    'Several machines': SHARED,
    'Identity of the log': IDENTITY,
    Witnesses: WITNESSES,
    'What is accepted': acceptance(kinds),
    'Limits of one request': LIMITS,
    'Limits of all requests together': LOAD,
    Monitoring: MONITORING,
    Logging: LOGGING,
  };
}

/** Everything an operator can set. Sizes are bytes, times are milliseconds. */
export type Settings = Values<typeof SERVING> &
  Values<typeof ACCESS> &
  Values<typeof DATA> &
  Values<typeof SHARED> &
  Values<typeof IDENTITY> &
  Values<typeof WITNESSES> &
  Values<ReturnType<typeof acceptance>> &
  Values<typeof LIMITS> &
  Values<typeof LOAD> &
  Values<typeof MONITORING> &
  Values<typeof LOGGING>;
