import { randomInt } from 'node:crypto';
import { formatTilePath } from '../merkle/tile-path.ts';
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

/** Random questions, all over the log. @param filling - of a log that has full tiles */
export async function questionsAbout(read: Read, base: string, filling: Filling): Promise<readonly Question[]> {
  const { treeSize: size } = await getJson<{ treeSize: number }>(`${base}/api/v1/log`);
  const some = <T>(make: () => T): readonly T[] => Array.from({ length: QUESTIONS }, make);
  const byIndex = () => `/api/v1/log/entries?logIndex=${randomInt(size)}`;
  const full = (what: 'tile' | 'entries') => {
    const number = randomInt(Math.floor(size / TILE_WIDTH));
    const width = TILE_WIDTH;
    return `/tile/${formatTilePath(what === 'tile' ? { what, id: { level: 0, index: number }, width } : { what, number, width })}`;
  };
  switch (read) {
    case 'index':
      return some(() => ({ path: byIndex() }));
    case 'uuid': {
      const questions: Question[] = [];
      for (const path of some(byIndex)) {
        const found = await getJson<Record<string, object>>(`${base}${path}`);
        questions.push(...Object.keys(found).map((id) => ({ path: `/api/v1/log/entries/${id}` })));
      }
      return questions;
    }
    case 'search':
      return some(() => {
        const hash = `sha256:${artifactHash(someIndex(filling))}`;
        return { path: '/api/v1/index/retrieve', body: JSON.stringify({ hash }) };
      });
    case 'consistency':
      return some(() => ({ path: consistencyPath(size) }));
    case 'info':
      return [{ path: '/api/v1/log' }];
    case 'checkpoint':
      return [{ path: '/checkpoint' }];
    case 'tile':
      return some(() => ({ path: full('tile') }));
    case 'bundle':
      return some(() => ({ path: full('entries') }));
    case 'gzip':
      return some(() => ({ path: full('entries'), headers: 'Accept-Encoding: gzip\r\n' }));
  }
}

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
