import { parseArgs } from 'node:util';
import { backupRound, type RoundReport } from '../backup/rounds.ts';
import { randomFrom } from '../backup/random.ts';

/*
 * The campaign of backups at full length: node test/campaigns/backup.ts --rounds 100 [--seed N]. Ends with 1 at the first round
 * that is not as it must be, and names the seed that repeats it.
 */

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
/** Milliseconds of acknowledged entries that an archive may lack: what docs/backup.md says. */
const MOST_LOST_MS = 1000;

/** Of each backup and restore, before it is let finish. */
const KILLS = 3;

const reports: RoundReport[] = [];
for (let round = 0; round < rounds; round += 1) {
  try {
    const report = await backupRound(randomFrom(seed + round), KILLS);
    reports.push(report);
    console.log(JSON.stringify({ seed: seed + round, ...report }));
    if (report.lostMs > MOST_LOST_MS) throw new Error(`the archive lacks entries of the last ${report.lostMs} ms`);
  } catch (error) {
    console.error(`--rounds 1 --seed ${seed + round}:`, error);
    process.exitCode = 1;
    break;
  }
}
const total = (of: (report: RoundReport) => number): number => reports.reduce((sum, one) => sum + of(one), 0);
console.log(
  `${reports.length} rounds: ${total((one) => one.acknowledged)} entries acknowledged, ` +
    `${total((one) => one.lost)} not in the archive, the oldest ${Math.max(0, ...reports.map((one) => one.lostMs))} ms old; ` +
    `${total((one) => one.killedBackups)} backups and ${total((one) => one.killedRestores)} restores killed, ` +
    `${total((one) => one.flippedBits)} flipped bits found`,
);
