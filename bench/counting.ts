import { Counter, Histogram as ClientHistogram, Registry } from '@prometheus-io/client';
import { REQUEST_SECONDS, RequestMeters } from '../server/http/request-meters.ts';
import { type Work, cpuEach } from './cpu.ts';

/** Cost of counting one request: microseconds of processor time. */
export interface CountingRow {
  readonly bench: string;
  /** As the server counts it: one histogram for each operation and status. */
  readonly own: number;
  /** A counter and a histogram of the client library, with the same labels and bounds. */
  readonly client: number;
}

const REQUESTS = 200_000;
const OPERATION = 'createLogEntry';
/** Times that requests take, in milliseconds. */
const TIMES = [0.3, 0.8, 1.7, 4.2, 9.1, 31, 120];

/** A row for the counting of one request. */
export async function countingRows(): Promise<readonly CountingRow[]> {
  const [own = 0, client = 0] = await cpuEach([ownWork(), clientWork()]);
  return [{ bench: 'count a request', own, client }];
}

function ownWork(): Work {
  const meters = new RequestMeters([OPERATION], []);
  return counting((durationMs) => meters.ended({ operation: OPERATION, status: 201, durationMs, failure: undefined }));
}

function clientWork(): Work {
  const registers = [new Registry()];
  const labelNames = ['operation', 'code'];
  const counter = new Counter({ name: 'requests_total', help: 'requests', labelNames, registers });
  const buckets = [...REQUEST_SECONDS];
  const histogram = new ClientHistogram({ name: 'seconds', help: 'seconds', labelNames, buckets, registers });
  const labels = { operation: OPERATION, code: '201' };
  return counting((durationMs) => {
    counter.inc(labels);
    histogram.observe(labels, durationMs / 1000);
  });
}

function counting(count: (durationMs: number) => void): Work {
  return {
    count: REQUESTS,
    run: () => {
      for (let i = 0; i < REQUESTS; i += 1) count(TIMES[i % TIMES.length] as number);
    },
  };
}
