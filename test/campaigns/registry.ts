import { backup } from './backup.ts';
import { bitFlips } from './bit-flips.ts';
import type { Campaign } from './campaign.ts';
import { failedWrites } from './failed-writes.ts';
import { fuzz } from './fuzz.ts';
import { kill9 } from './kill-9.ts';
import { oracles } from './oracles.ts';
import { secondProcess } from './second-process.ts';
import { shared } from './shared.ts';
import { soak } from './soak.ts';
import { staleCopy } from './stale-copy.ts';
import { time } from './time.ts';

/** Every campaign, by its name on the command line. */
export const CAMPAIGNS: Readonly<Record<string, Campaign>> = {
  'kill-9': kill9,
  'second-process': secondProcess,
  'stale-copy': staleCopy,
  'bit-flips': bitFlips,
  'failed-writes': failedWrites,
  fuzz,
  oracles,
  time,
  backup,
  shared,
  soak,
};
