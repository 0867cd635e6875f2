import { POSTGRES, startPostgres } from '../../support/postgres-server.ts';
import { openRecordLog } from '../../../storage/engines/index.ts';
import { startStandIn } from '../../support/s3-stand-in.ts';
import { startVersitygw, VERSITYGW } from '../../support/s3-server.ts';
import { describeRecordLog, type Served } from './suite.ts';

/* Every engine passes the suite, each on its real server where there is one; a server that is missing is said in the report. */

const RACES = 500;

/** @param env - of the server itself */
function servedBy(
  server: AsyncDisposable & { base: string; bucket: string; env: Readonly<Record<string, string>> },
): Served {
  return {
    port: Number(new URL(server.base).port),
    open: (list, port) => {
      const env = { ...server.env, AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
      return openRecordLog(`s3://${server.bucket}/lists/${list}`, { env, needsStandby: true });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describeRecordLog('S3, a stand-in', async () => servedBy(await startStandIn()), { races: 50 });

describeRecordLog('S3, versitygw', async () => servedBy(await startVersitygw()), {
  races: RACES,
  runs: VERSITYGW !== undefined,
});

describeRecordLog(
  'PostgreSQL',
  async () => {
    const server = await startPostgres();
    return {
      port: server.port,
      open: (list, port) => {
        const address = `postgres://stele@127.0.0.1:${port}/postgres?table=list_${list}`;
        return openRecordLog(address, { env: {}, needsStandby: false });
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  { races: RACES, runs: POSTGRES !== undefined },
);
