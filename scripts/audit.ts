import { availableParallelism } from 'node:os';
import { auditFolder } from '../cli/folder-audit/audit-folder.ts';
import { Damaged } from '../log/audit/reports.ts';
import { DamagedStore } from '../storage/failures.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';

/*
 * Reads all that a log has stored and makes again what can be made again: whoever passes this serves what was logged. The
 * server may run.
 */

const USAGE = `npm run audit -- [--data FOLDER] [--heads FOLDER] [--threads N]

Hashes every entry and every node of the tree of every shard anew and compares it with what is stored: tiles, bundles, the
root under each kept head, both signatures on it, the head journal, attestations, and whether the search index has every
entry under its leaf hash and all its keys. Changes nothing; the server may run. The exit status is 1 if anything is damaged or
the log or its head journal is not where it is looked for, and the first fault is named.

--threads N  threads that do it; as many as there are processors, if it is left out
`;

function readThreads(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageFault(`--threads ${text}: expected a number from 1 to 999`);
  return Number(text);
}

const options = { threads: { type: 'string' } } as const;
await runCommand({ usage: USAGE, verb: 'audit', options }, async ({ settings, values, words }) => {
  if (words.length > 0) throw new UsageFault(`${words.join(' ')}: it takes no words`);
  try {
    await auditFolder(settings.data, settings.heads, readThreads(values.threads), say);
  } catch (error) {
    if (!(error instanceof Damaged || error instanceof DamagedStore)) throw error;
    process.stderr.write(`damaged: ${error.message}\n`);
    process.exitCode = 1;
  }
});
