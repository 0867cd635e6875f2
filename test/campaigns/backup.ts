import { backupRound } from '../backup/rounds.ts';
import { type Campaign, eachRound } from './campaign.ts';

/** Milliseconds of acknowledged entries that an archive may lack: what docs/backup.md says. */
const MOST_LOST_MS = 1000;

/** Of each backup and restore, before it is let finish. */
const KILLS = 3;

export const backup: Campaign = {
  about: 'backup and archive under load, the machine lost, both restored and compared; commands killed, bits flipped',
  rounds: 100,
  run: (plan) =>
    eachRound(plan, async (random) => {
      const { lostMs: mostLostMs, ...counts } = await backupRound(random, KILLS);
      if (mostLostMs > MOST_LOST_MS) throw new Error(`the archive lacks entries of the last ${mostLostMs} ms`);
      return { ...counts, mostLostMs };
    }),
};
