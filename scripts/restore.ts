import { readdirSync } from 'node:fs';
import { readRestoredMark, writeRestoredMark } from '../host/folder/restored.ts';
import { makePrivateFolder } from '../storage/folders.ts';
import { readStream } from '../storage/record-files/stream.ts';
import { Restore } from './backup/restore.ts';
import { BackupRefused } from '../log/backup/failures.ts';
import { partsOf } from './backup/verify.ts';
import { Progress } from './backup/progress.ts';
import { runCommand, say, UsageFault } from './operator/command.ts';

/*
 * A data folder out of a backup, with the same answers as the log had. It may be read at once, and signs nothing before it is
 * known that the log signed no more than what the backup has.
 */

const USAGE = `npm run restore -- --from FOLDER|- --into FOLDER

Makes a data folder out of a backup, in a folder that is new or empty: every entry is hashed again and every head must have the
root and the signatures that it had. A restore that was cut short is gone on with by typing it again. The log can be read at
once: npm start -- --read-only --data FOLDER. It takes entries again when it is started with the head journal of the original
(--heads) and its keys, and lacks nothing that the journal names. docs/backup.md says what to do without a journal.
`;

async function restore(from: string, into: string): Promise<void> {
  begin(from, into);
  const progress = new Progress(say);
  await using target = new Restore(into);
  const parts = from === '-' ? readStream(process.stdin) : partsOf(from);
  for await (const part of parts) {
    await target.take(part);
    progress.at(target.entries);
  }
  for (const line of await target.end()) say(line);
  writeRestoredMark(into, { from, isComplete: true });
  say(`${into} can be read: npm start -- --read-only --data ${into}. See docs/backup.md for when it may sign again`);
}

/** @throws BackupRefused for a folder that is in use */
function begin(from: string, into: string): void {
  makePrivateFolder(into);
  const mark = readRestoredMark(into);
  if (mark?.isComplete === true)
    throw new BackupRefused(`${into} was restored from ${mark.from} already: name an empty folder or a new one`);
  if (mark === undefined && readdirSync(into).length > 0)
    throw new BackupRefused(`${into} is not empty: name an empty folder or a new one`);
  if (mark !== undefined) say(`goes on with the restore of ${mark.from} into ${into}`);
  writeRestoredMark(into, { from, isComplete: false });
}

const options = { from: { type: 'string' }, into: { type: 'string' } } as const;
await runCommand({ usage: USAGE, verb: 'restore', options }, async ({ values: { from, into }, words }) => {
  if (words.length > 0) throw new UsageFault(`${words.join(' ')}: it takes no words`);
  if (from === undefined) throw new UsageFault('say where from: --from FOLDER');
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  await restore(from, into);
});
