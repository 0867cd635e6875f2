import type Database from 'better-sqlite3';
import { stat } from 'node:fs/promises';
import type { LogStore } from '../../contract.ts';
import type { StoreFigures } from '../../figures.ts';
import type { OpenOptions, OpenStore, RoomSettings } from '../../engine.ts';
import { NoRoom } from '../../failures.ts';
import type { WitnessState } from '../../witness-state.ts';
import { WalCheckpointer } from './wal-checkpointer/thread.ts';
import { checkSameFiles, requireOneName, watchFile } from '../local-files/watched-files.ts';
import { formatOf, openReading, openWriting, prepareDatabase } from './file/connection.ts';
import { explained, explaining, explainingAll } from './file/explain.ts';
import { databaseFile, sideFiles, walFile } from './file/files.ts';
import { volumesOf } from './file/room.ts';
import { SearchIndexReader } from './search-index/candidates.ts';
import { partReader } from './search-index/run-reader.ts';
import { fingerprintsOf } from './search-index/secret.ts';
import { lockFolder } from './file/lock.ts';
import { migrations } from './file/schema.ts';
import { PrefetchThread } from './prefetch/thread.ts';
import { createReader } from './reader.ts';
import { createStateReader } from './state-reader.ts';
import { figureMemory, WriterFigures } from './writer/figures.ts';
import { packCommit, WriterThread } from './writer/thread.ts';
import type { WriterBegun, WriterSays } from './writer/wire.ts';

export interface SqliteOptions extends OpenOptions {
  /** For tests: how many records of the index become a run. */
  readonly runRecords?: number | undefined;
}

/**
 * Opens the log in `folder`, or an empty one: one database, one writer on a thread of its own, one reading connection
 * on this thread, and a lock that keeps every other process out.
 *
 * @throws StoreRefused
 */
export async function openSqliteStore(folder: string, options: SqliteOptions): Promise<OpenStore> {
  const { owner, announce, confirm, damaged, runRecords } = options;
  const { isUnsynced = false, room = { minFree: undefined, others: [] } } = options;
  await using cleanup = new AsyncDisposableStack();
  const lock = cleanup.use(lockFolder(folder, owner));
  requireOneName(databaseFile(folder));
  await prepare(folder, announce, confirm);

  // Disposed of in reverse: the reader before the writer, who leaves no WAL behind if it is the last.
  const threads = cleanup.use(new AsyncDisposableStack());
  const watched = [lock.file, watchFile(databaseFile(folder))];
  const tell = ({ level, sentence }: WriterSays): void => (level === 'error' ? damaged : announce)?.(sentence);
  const memory = figureMemory();
  const writer = threads.use(
    new WriterThread({ folder, watched, runRecords, isUnsynced, room, figures: memory }, tell),
  );
  const begun = await writer.begin();
  watched.push(...sideFiles(folder).map(watchFile));
  threads.use(new WalCheckpointer(folder, { lost: (reason) => announce?.(`${LOST_THREAD}: ${reason}`) }));
  const prefetch = threads.use(new PrefetchThread(folder));
  const file = databaseFile(folder);
  const reading = explaining(file, () => openReading(folder));
  cleanup.defer(() => void reading.close());
  const index = openIndex(reading, writer, begun);
  const fingerprints = explaining(file, () => fingerprintsOf(reading));

  const parts = cleanup.move();
  return {
    ...explainingAll(file, { ...createReader(reading, index, prefetch), ...createStateReader(reading) }),
    ...createWrites(writer),
    commit: async (commit) => {
      const value = packCommit(commit, fingerprints);
      await writer.request({ op: 'commit', value });
      index.add(value.records, value.head.size);
    },
    figures: () => readFigures(folder, room, new WriterFigures(memory)),
    check: () => checkSameFiles(watched),
    finalize: async () => {
      await compactForGood(writer);
      await threads.disposeAsync();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function readFigures(folder: string, room: RoomSettings, figures: WriterFigures): Promise<StoreFigures> {
  const { syncs, unbundled, unflushed } = figures;
  const [database, wal, volumes] = await Promise.all([
    stat(databaseFile(folder)),
    stat(walFile(folder)),
    volumesOf(folder, room),
  ]);
  return { syncs, unbundled, unflushed, databaseBytes: database.size, walBytes: wal.size, volumes };
}

/** All that is written beside the entries. */
function createWrites(
  writer: WriterThread,
): Pick<
  LogStore & WitnessState,
  'create' | 'keepKeys' | 'cosign' | 'keepClaim' | 'freeze' | 'hold' | 'witness' | 'heartbeat' | 'compact'
> {
  return {
    create: (value) => writer.request({ op: 'create', value }),
    keepKeys: (value) => writer.request({ op: 'keepKeys', value }),
    cosign: (cosignatures, published) => writer.request({ op: 'cosign', value: { cosignatures, published } }),
    keepClaim: (value) => writer.request({ op: 'keepClaim', value }),
    freeze: (value) => writer.request({ op: 'freeze', value }),
    hold: (journal, holder) => writer.request({ op: 'hold', value: { journal, holder } }),
    witness: (head, size) => writer.request({ op: 'witness', value: { head, size } }),
    heartbeat: (value) => writer.request({ op: 'heartbeat', value }),
    compact: () => writer.request({ op: 'compact', value: 'for now' }),
  };
}

/** The index as this thread reads it. */
function openIndex(
  reading: Database.Database,
  writer: WriterThread,
  { runs, fresh, to }: WriterBegun,
): SearchIndexReader {
  const doubt = (run: number): void => void writer.request({ op: 'doubt', value: run }).catch(() => undefined);
  const index = new SearchIndexReader(runs, partReader(reading, doubt));
  index.add(fresh, to);
  writer.publishTo((published) => index.adopt(published));
  return index;
}

/** Where there is no room, what was put off stays so: it can be read as it is. */
async function compactForGood(writer: WriterThread): Promise<void> {
  // The runs that the first leaves behind can be deleted once this side has the new runs, which it has before the second.
  try {
    for (let time = 0; time < 2; time += 1) await writer.request({ op: 'compact', value: 'for good' });
  } catch (error) {
    if (!(error instanceof NoRoom)) throw error;
  }
}

const LOST_THREAD = 'the thread that moves the write-ahead log into the database ended, and is begun anew';

/** @throws StoreRefused */
async function prepare(
  folder: string,
  announce: SqliteOptions['announce'],
  confirm: SqliteOptions['confirm'],
): Promise<void> {
  await confirm?.();
  const file = databaseFile(folder);
  const db = explaining(file, () => openWriting(folder));
  try {
    const format = formatOf(db);
    if (format > 0 && format < migrations.length && announce !== undefined) {
      announce(`brings ${folder} from format ${format} to ${migrations.length}, which may take minutes`);
      await new Promise(setImmediate); // until it has been said: what follows holds this thread
    }
    prepareDatabase(db);
  } catch (error) {
    throw explained(error, file);
  } finally {
    db.close();
  }
}
