import { join } from 'node:path';
import type { Journals } from '../../journal.ts';
import { type FolderLock, requireOneName } from '../local-files/watched-files.ts';
import { openFileJournal, readFileJournal, viewFileJournal } from './open.ts';
import { HEADS } from './record.ts';
import { openWitnessedJournal, viewWitnessedJournal, WITNESSED_FORMAT } from './witnessed.ts';

const FILES = { heads: HEADS.name, witness: WITNESSED_FORMAT.name } as const;

/** Journals in text files. @param lock - takes a folder for this process, as the engine does that they belong to */
export function fileJournals(lock: (folder: string, owner: string) => FolderLock): Journals {
  return {
    files: FILES,
    hold: (folder, owner) => {
      const held = lock(folder, owner);
      return {
        openHeads: () => openFileJournal(held),
        openWitnessed: () => openWitnessedJournal(held),
        [Symbol.dispose]: () => held[Symbol.dispose](),
      };
    },
    requireOneName: (folder, journal) => requireOneName(join(folder, FILES[journal])),
    readHeads: readFileJournal,
    viewHeads: viewFileJournal,
    viewWitnessed: viewWitnessedJournal,
  };
}
