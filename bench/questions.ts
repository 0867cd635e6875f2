import { randomInt } from 'node:crypto';
import { formatTilePath, type TileResource } from '../merkle/tile-path.ts';
import { TILE_WIDTH } from '../merkle/tile.ts';
import type { Question } from './connection.ts';
import { artifactHash, type Filling } from './fill.ts';

/** The ways to read a log. */
export const READS = [
  'index',
  'uuid',
  'search',
  'consistency',
  'info',
  'checkpoint',
  'tile',
  'bundle',
  'gzip',
] as const;
export type Read = (typeof READS)[number];

/** How a row calls it. */
export const READ_NAMES: Readonly<Record<Read, string>> = {
  index: 'entry by index',
  uuid: 'entry by uuid',
  search: 'search by hash',
  consistency: 'consistency proof',
  info: 'log info',
  checkpoint: 'checkpoint',
  tile: 'full tile',
  bundle: 'full bundle',
  gzip: 'full bundle, gzip',
};

const QUESTIONS = 5000;

interface Log {
  readonly base: string;
  readonly size: number;
  readonly filling: Filling;
}

const ASK: Readonly<Record<Read, (log: Log) => Question | Promise<Question>>> = {
  index: ({ size }) => ({ path: indexPath(size) }),
  uuid: async ({ base, size }) => {
    const [id = ''] = Object.keys(await getJson<object>(`${base}${indexPath(size)}`));
    return { path: `/api/v1/log/entries/${id}` };
  },
  search: ({ filling }) => {
    const hash = `sha256:${artifactHash(someIndex(filling))}`;
    return { path: '/api/v1/index/retrieve', body: JSON.stringify({ hash }) };
  },
  consistency: ({ size }) => ({ path: consistencyPath(size) }),
  info: () => ({ path: '/api/v1/log' }),
  checkpoint: () => ({ path: '/checkpoint' }),
  tile: ({ size }) => ({
    path: pathOf({ what: 'tile', id: { level: 0, index: someFull(size) }, width: TILE_WIDTH }),
  }),
  bundle: ({ size }) => ({ path: pathOf({ what: 'entries', number: someFull(size), width: TILE_WIDTH }) }),
  gzip: ({ size }) => ({
    path: pathOf({ what: 'entries', number: someFull(size), width: TILE_WIDTH }),
    headers: 'Accept-Encoding: gzip\r\n',
  }),
};

/** Random questions, all over the log. @param filling - of a log that has full tiles */
export async function questionsAbout(read: Read, base: string, filling: Filling): Promise<readonly Question[]> {
  const { treeSize: size } = await getJson<{ treeSize: number }>(`${base}/api/v1/log`);
  const questions: Question[] = [];
  for (let i = 0; i < QUESTIONS; i += 1) questions.push(await ASK[read]({ base, size, filling }));
  return questions;
}

const indexPath = (size: number): string => `/api/v1/log/entries?logIndex=${randomInt(size)}`;
const someFull = (size: number): number => randomInt(Math.floor(size / TILE_WIDTH));
const pathOf = (resource: TileResource): string => `/tile/${formatTilePath(resource)}`;

/** Any of the entries whose artifacts have known names. */
function someIndex({ ranges }: Filling): number {
  let at = randomInt(ranges.reduce((sum, { from, to }) => sum + to - from, 0));
  for (const { from, to } of ranges) {
    if (from + at < to) return from + at;
    at -= to - from;
  }
  throw new Error('the log was not made by fill');
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
  return (await response.json()) as T;
}

function consistencyPath(size: number): string {
  const last = randomInt(2, size + 1);
  return `/api/v1/log/proof?firstSize=${randomInt(1, last)}&lastSize=${last}`;
}
