import { STELE } from '../../base/stele-command.ts';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

/** Returns the line that a log without a name of its own writes at its first start. @param folder - of its data */
export function trialSentence(origin: string, folder: string): string {
  const path = resolve(folder);
  const danger = path.startsWith(CHECKOUT)
    ? ", inside the program's own folder, where git clean -fdx deletes the log and its keys"
    : '';
  return (
    `this log is for trying: it is named ${origin} for ever, and is kept in ${path}${danger}. ` +
    'A log that others will use needs its host name and a folder of its own at its first start: ' +
    `${STELE} serve --origin log.example.org --data /var/lib/stele/data`
  );
}
