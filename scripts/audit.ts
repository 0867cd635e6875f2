import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { auditFolder } from '../cli/folder-audit/audit-folder.ts';
import { UsageFault } from '../cli/frame/exit-codes.ts';
import { say, settingsOf } from '../cli/operate/command.ts';
import { PLACE } from '../cli/operate/place.ts';
import { operatorSentence } from '../host/operator-error.ts';
import { Damaged } from '../log/audit/reports.ts';
import { DamagedStore } from '../storage/failures.ts';

/* `stele audit --data` on the log that the settings of the server name, with its lines as they come. */

const USAGE = `npm run audit -- [--data FOLDER] [--heads FOLDER] [--threads N]

Hashes every entry and every node of the tree of every shard anew and compares it with what is stored: tiles, bundles, the
root under each kept head, both signatures on it, the head journal, attestations, and whether the search index has every
entry under its leaf hash and all its keys. Changes nothing; the server may run. The exit status is 1 if anything is damaged or
the log or its head journal is not where it is looked for, and the first fault is named.

--threads N  threads that do it; as many as there are processors, if it is left out
`;

process.stderr.on('error', () => undefined);
process.stdout.on('error', ({ message }: Error) => {
  process.stderr.write(`standard output cannot be written, so lines of the report are missing: ${message}\n`);
  process.stdout.removeAllListeners('error').on('error', () => undefined);
  process.exitCode ??= 1;
});
if (process.argv.includes('--help') || process.argv.includes('-h')) process.stdout.write(USAGE);
else await audit();

async function audit(): Promise<void> {
  try {
    const text = { type: 'string' } as const;
    const options = { ...Object.fromEntries(Object.keys(PLACE).map((name) => [name, text])), threads: text };
    const { values } = parseArgs({ options });
    const { data, heads } = settingsOf(values);
    await auditFolder(data, heads, readThreads(values.threads), say);
  } catch (error) {
    process.exitCode = tell(error);
  }
}

function tell(error: unknown): number {
  const isDamage = error instanceof Damaged || error instanceof DamagedStore;
  const isUsage = error instanceof TypeError || error instanceof UsageFault;
  const sentence = isDamage || error instanceof TypeError ? error.message : operatorSentence(error);
  if (sentence === undefined) throw error;
  process.stderr.write(`${isDamage ? 'damaged' : 'cannot audit'}: ${sentence}\n`);
  return isUsage ? 2 : 1;
}

function readThreads(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new TypeError(`--threads ${text}: expected a number from 1 to 999`);
}
