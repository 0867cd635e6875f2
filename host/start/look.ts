import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundDatabase } from '../../storage/identity.ts';
import type { Journals } from '../../storage/journal.ts';
import { type GenesisRecord, parseGenesis } from './genesis.ts';
import { readIfThere } from '../folder/durable-file.ts';
import { findKey, type KeyRole } from '../keys/keys.ts';
import { readRestoredMark } from '../folder/restored.ts';
import type { ShardPlace } from './planned-shard.ts';
import { changesOfPlace, hasPlaceRecord, mayHaveMoved } from '../folder/folder-identity.ts';
import type { Seen, SeenJournal, SeenKey } from './decision.ts';
import { isUnused, readUnusedKeys, unusedKeysMoved } from '../keys/unused-keys.ts';

/*
 * The first of three phases of a start: look, decide, act. Nothing here writes.
 */

/** Returns all that stands on the disk of a shard. @throws LogRefused, StoreRefused for a key or a database that cannot be read as one, and for a file with two names */
export async function lookAt(place: ShardPlace, laterShards: readonly string[]): Promise<Seen> {
  const { folder, heads, engine } = place;
  engine.requireOneName(folder);
  engine.journals.requireOneName(heads, 'heads');
  const journal = await lookAtJournal(engine.journals, heads); // before the database: a log that runs grows in the other order
  const database = engine.look(folder);
  const isThere = existsSync(folder);
  const hasPlace = isThere && hasPlaceRecord(folder);
  const restored = readRestoredMark(folder);
  const unused = isThere ? readUnusedKeys(folder) : undefined;
  return {
    folder,
    logFile: engine.files.log,
    headsFile: join(heads, engine.journals.files.heads),
    database,
    keys: needsNoKeys(database) ? [] : [lookAtKey('rekor', place.rekorKey), lookAtKey('c2sp', place.c2spKey)],
    genesis: lookAtGenesis(folder),
    journal,
    hasPlace,
    placeChanges: isThere && restored === undefined ? changesOfPlace(folder) : [],
    mayHaveMoved: isThere && mayHaveMoved(folder),
    unusedChanges: {
      fixed: unused ? unusedKeysMoved(unused, folder, 'fixed') : [],
      moves: unused ? unusedKeysMoved(unused, folder, 'moves') : [],
    },
    laterShards,
    restored,
    begun: place.later?.begun,
  };

  function lookAtKey(role: SeenKey['role'] & KeyRole, file: string): SeenKey {
    const key = findKey(role, file, place.keyPassphrase);
    return { role: role, file, id: key?.id, isUnused: key !== undefined && isUnused(unused, role, key) };
  }
}

/** A shard that has ended signs no more, and may have lost its keys. */
function needsNoKeys(database: FoundDatabase): boolean {
  return database.state === 'log' && database.frozen && database.identity.publicKeys !== undefined;
}

/** An empty file is what earlier versions left where the power failed while they wrote it. */
function lookAtGenesis(folder: string): GenesisRecord | 'unreadable' | undefined {
  const text = readIfThere(join(folder, 'birth.json'));
  return text ? (parseGenesis(text) ?? 'unreadable') : undefined;
}

async function lookAtJournal(journals: Journals, heads: string): Promise<SeenJournal | undefined> {
  const journal = await journals.readHeads(heads);
  return (
    journal && {
      owner: journal.damage === undefined ? journal.owner : undefined,
      size: journal.records.at(-1)?.size,
    }
  );
}
