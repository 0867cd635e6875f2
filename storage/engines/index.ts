import type { StorageEngine } from '../engine.ts';
import { type RecordLog, RecordLogRefused } from '../record-log.ts';
import { sqlite } from './sqlite/engine.ts';

/** Every storage engine, by its name. */
export const ENGINES: Readonly<Record<string, StorageEngine>> = { sqlite };

/** Returns the engine whose log stands in `folder`; where none does, the engine of a log that begins. */
export function engineOf(folder: string): StorageEngine {
  return Object.values(ENGINES).find((engine) => engine.exists(folder)) ?? sqlite;
}

export interface RecordLogOptions {
  /** Variables of the process: those of AWS say where an object store is, and who asks. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a database must replicate synchronously. */
  readonly needsStandby: boolean;
}

/** Opens the list of records at an address. Loads the one engine that it names. @throws RecordLogRefused, RecordLogUnreachable */
export async function openRecordLog(address: string, { env, needsStandby }: RecordLogOptions): Promise<RecordLog> {
  if (/^postgres(ql)?:/.test(address)) {
    const { openPostgresRecords } = await import('./postgres-records/open.ts');
    return openPostgresRecords(address, { needsStandby });
  }
  const url = URL.parse(address);
  if (url?.protocol !== 's3:')
    throw new RecordLogRefused(`${address} is neither s3://BUCKET/PREFIX nor postgres://HOST/DATABASE`);
  const { openS3Records } = await import('./s3-records/open.ts');
  return openS3Records(url, env);
}
