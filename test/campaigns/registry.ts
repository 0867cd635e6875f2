import { backup } from './backup.ts';
import type { Campaign } from './campaign.ts';
import { kill9 } from './kill-9.ts';
import { secondProcess } from './second-process.ts';
import { staleCopy } from './stale-copy.ts';

/** Every campaign, by its name on the command line. */
export const CAMPAIGNS: Readonly<Record<string, Campaign>> = {
  'kill-9': kill9,
  'second-process': secondProcess,
  'stale-copy': staleCopy,
  backup,
};
