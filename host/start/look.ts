import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundDatabase } from '../../storage/identity.ts';
import type { Journals } from '../../storage/journal.ts';
import { type GenesisRecord, parseGenesis } from './genesis.ts';
import { readIfThere } from '../folder/durable-file.ts';
import { keyIdAt } from '../keys/key-place.ts';
import { readPosition } from '../folder/position.ts';
import { readRestoredMark } from '../folder/restored.ts';
import type { ShardPlace } from './planned-shard.ts';
import { changesOfPlace, hasPlaceRecord, mayHaveMoved } from '../folder/folder-identity.ts';
import type { Seen, SeenJournal, SeenKey } from './decision.ts';
import { isUnused, readUnusedKeys, unusedKeysMoved } from '../keys/unused-keys.ts';

/*
 * The first of three phases of a start: look, decide, act. Nothing here writes.
 */

/**
 * Returns all that stands on the disk of a shard, and asks signers for their keys.
 *
 * @throws LogRefused, StoreRefused for a key or a database that cannot be read as one, and for a file with two names;
 * SignerUnavailable for a signer that is away before the log began
 */
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
    keys: needsNoKeys(database)
      ? []
      : [await lookAtKey('rekor', place.rekorKey), await lookAtKey('c2sp', place.c2spKey)],
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
    shared: sharedListOf(folder),
    begun: place.later?.begun,
  };

  async function lookAtKey(role: SeenKey['role'], file: string): Promise<SeenKey> {
    const id = await keyIdAt(role, file, { passphrase: place.keyPassphrase, known: usedKeys(database)?.[role] });
    return { role, file, id, isUnused: id !== undefined && isUnused(unused, role, id) };
  }
}

/** Ids of the keys that the log has signed with so far, if it has written down the keys themselves. */
function usedKeys(database: FoundDatabase): Readonly<Record<SeenKey['role'], string>> | undefined {
  if (database.state !== 'log' || database.identity.publicKeys === undefined) return undefined;
  const { logId, c2spKeyId } = database.identity;
  return { rekor: logId, c2sp: c2spKeyId };
}

const sharedListOf = (folder: string): string | undefined => readPosition(folder)?.list;

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
