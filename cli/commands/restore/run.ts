import { STELE } from '../../../base/stele-command.ts';
import { readdirSync } from 'node:fs';
import { readRestoredMark, writeRestoredMark } from '../../../host/folder/restored.ts';
import { makePrivateFolder } from '../../../storage/folders.ts';
import { readStream } from '../../../storage/record-files/stream.ts';
import { Restore } from '../../operate/backup/restore.ts';
import { BackupRefused } from '../../../log/backup/failures.ts';
import { partsOf } from '../../operate/backup/verify.ts';
import { Progress } from '../../operate/backup/progress.ts';
import { operation, say } from '../../operate/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { restore as restoreAbout } from './about.ts';

/*
 * A data folder out of a backup, with the same answers as the log had. It may be read at once, and signs nothing before it is
 * known that the log signed no more than what the backup has.
 */

async function restore(from: string, into: string): Promise<number> {
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
  say(`${into} can be read: ${STELE} serve --read-only --data ${into}. docs/backup.md says when it may sign again`);
  return target.entries;
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

export const run = operation<typeof restoreAbout.options>('restore', async ({ options: { from, into } }) => {
  if (from === undefined) throw new UsageFault('say where from: --from FOLDER');
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  return { json: { into, entries: await restore(from, into) } };
});
