import type { LogFolder } from '../testkit/server-process.ts';
import { fill } from './fill.ts';
import type { BenchOptions } from './options.ts';
import { reads, type Scenario, submit } from './scenarios.ts';
import { disk, start } from './standing.ts';
import type { Measured } from './row.ts';

const READERS = 16;
const WRITERS = 256;

/**
 * One log, measured at each size that it reaches: everything at the first, and again at the last. The rows of the last
 * size over those of the first say what growing costs.
 */
export const growth: Scenario = async (folder, options) => {
  const rows: Measured[] = [];
  for (const size of options.sizes) {
    await fill(folder, size);
    rows.push(...(await rowsAt(folder, options)));
  }
  return rows;
};

async function rowsAt(folder: LogFolder, options: BenchOptions): Promise<readonly Measured[]> {
  return [
    ...(await disk(folder, options)),
    ...(await start(folder, options)),
    ...(await reads(folder, { ...options, connections: READERS })),
    ...(await submit(folder, { ...options, connections: WRITERS })),
  ];
}
