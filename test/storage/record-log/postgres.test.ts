import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openRecordLog } from '../../../storage/engines/index.ts';
import { postgresAddress } from '../../../storage/engines/postgres-records/address.ts';
import { type RecordLog, RecordLogRefused, RecordLogUnreachable, Taken } from '../../../storage/record-log.ts';
import { POSTGRES, startPostgres } from '../../support/postgres-server.ts';
import { fill, recordBehind } from './suite.ts';

const open = (url: string, needsStandby = false): Promise<RecordLog> => openRecordLog(url, { env: {}, needsStandby });

describe('the address of a table', () => {
  it('has hosts that are tried in turn, a table, and what libpq takes', () => {
    const address = postgresAddress('postgres://u:p@a:1,b/db?table=shard_2&sslmode=require');
    expect(address.servers).toStrictEqual([
      'postgres://u:p@a:1/db?sslmode=require',
      'postgres://u:p@b/db?sslmode=require',
    ]);
    expect(address.name).toBe('postgres://a:1,b/db, table shard_2');
    expect(() => postgresAddress('postgres://a/db?table=x;drop')).toThrow('no name of lower-case letters');
    expect(() => postgresAddress('postgres://a')).toThrow('is not postgres://HOST');
  });
});

describe.runIf(POSTGRES)('records in PostgreSQL', () => {
  it('need the record before them, with its hash: what a failover lost is not gone on from', async () => {
    await using server = await startPostgres();
    await using log = await open(server.url);
    const end = await fill(log, 3);
    await expect(log.append(3, recordBehind({ ...end, last: new Uint8Array(32) }).record)).rejects.toBeInstanceOf(
      Taken,
    );
    server.sql('DELETE FROM stele_records WHERE n = 2');
    await expect(log.append(3, recordBehind(end).record)).rejects.toThrow('record 2');
  });

  it('are refused without a synchronous standby, and the reason says which setting gives that up', async () => {
    await using server = await startPostgres();
    const outcome = await open(server.url, true).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(RecordLogRefused);
    expect(String(outcome)).toContain('--shared-standby none');
  });

  it('are refused where the disk is not waited for, and where there is no such database', async () => {
    await using server = await startPostgres({ fsync: 'off' });
    await expect(open(server.url)).rejects.toThrow('fsync off');
    await expect(open(server.url.replace(/postgres$/, 'none'))).rejects.toThrow('database "none" does not exist');
  });

  it('go to the first host that is a primary, and on when it is back', async () => {
    await using server = await startPostgres();
    await using log = await open(server.url.replace('@', '@127.0.0.1:1,'));
    const end = await fill(log, 2);
    await server.kill();
    await expect(log.append(2, recordBehind(end).record)).rejects.toBeInstanceOf(RecordLogUnreachable);
    await server.start();
    await log.append(2, recordBehind(end).record);
    expect(await log.read(2)).toBeDefined();
  });

  it('are unknown, and unread, while no standby has them: also when the commit is told that it was done', async () => {
    await using server = await startPostgres();
    await using early = await open(server.url);
    const end = await fill(early, 1);
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    server.sql('SELECT pg_reload_conf()');
    await sleep(200);
    await using log = await open(server.url, true);
    const mine = recordBehind(end);
    const appending = log.append(1, mine.record).catch((error: unknown) => error);
    const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while (server.sql(waiting) === '') await sleep(20);
    server.sql(`SELECT pg_cancel_backend(pid) FROM (${waiting}) AS one`);
    const outcome = await appending;
    expect(outcome).toBeInstanceOf(RecordLogUnreachable); // PostgreSQL itself answered with success, and a warning beside it
    expect(String(outcome)).toContain('01000');
    await using reader = await open(server.url, true);
    const reading = reader.read(1).catch((error: unknown) => error);
    while (server.sql(waiting) === '') await sleep(20);
    server.sql('ALTER SYSTEM RESET synchronous_standby_names');
    server.sql('SELECT pg_reload_conf()');
    expect(await reading).toStrictEqual(Buffer.from(mine.record));
  });
});
