import { LogRefused } from '../../log/failures.ts';
import { onlyRead, readImportedMark } from '../folder/imported.ts';

/** Refuses a folder of entries that were imported, where a log of one's own is needed: its heads are signed by another. @throws LogRefused */
export function requireOwnLog(data: string): void {
  const imported = readImportedMark(data);
  if (imported !== undefined) throw new LogRefused(onlyRead(data, imported));
}
