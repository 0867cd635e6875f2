import type { RecordLog } from '../record-log.ts';
import { RecordLogRefused } from '../record-log.ts';

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
