import type { Asking, RawAnswer } from './ask.ts';
import { type Checkpoint, leafHash, openCheckpoint, readBundle, rootOfLeaves } from './auditor.ts';

/** A whole log as an auditor has read it. */
export interface Audited {
  readonly checkpoint: Checkpoint;
  readonly bodies: readonly Buffer[];
  readonly leaves: readonly Buffer[];
  /** Tiles that were compared, full and partial, by level. */
  readonly tiles: readonly { readonly full: number; readonly partial: number }[];
}

const WIDTH = 256;

/**
 * Reads a log by c2sp.org/tlog-tiles alone: the checkpoint, every entry bundle, every tile that the checkpoint demands. All
 * hashes are made again from the entries.
 *
 * @param prefix - before `/checkpoint` and `/tile/`
 * @throws Error naming what does not fit
 */
export async function auditLog(asking: Pick<Asking, 'raw'>, prefix: string, vkey: string): Promise<Audited> {
  const get = (path: string): Promise<RawAnswer> => asking.raw('GET', `${prefix}/${path}`);
  const checkpoint = openCheckpoint((await get('checkpoint')).text, vkey);
  const { size, root } = checkpoint;
  const bodies: Buffer[] = [];
  for (const { path, width } of partsOf(size)) {
    const bundle = readBundle(await need(get(`tile/entries/${path}`)));
    if (bundle.length !== width) throw new Error(`bundle ${path} has ${bundle.length} entries`);
    bodies.push(...bundle);
  }
  const leaves = bodies.map(leafHash);
  if (!rootOfLeaves(leaves).equals(root)) throw new Error('the entries do not have the root that was signed');
  const tiles: Audited['tiles'][number][] = [];
  for (let [level, row] = [0, leaves]; row.length > 0; [level, row] = [level + 1, rowAbove(row)])
    tiles.push(await compareRow(get, level, row));
  return { checkpoint, bodies, leaves, tiles };
}

async function compareRow(get: (path: string) => Promise<RawAnswer>, level: number, row: readonly Buffer[]) {
  const parts = partsOf(row.length);
  for (const [number, { path, width }] of parts.entries()) {
    const tile = await need(get(`tile/${level}/${path}`));
    const hashes = row.slice(number * WIDTH, number * WIDTH + width);
    if (!tile.equals(Buffer.concat(hashes))) throw new Error(`tile ${level}/${path} has other hashes`);
  }
  const full = parts.filter(({ width }) => width === WIDTH).length;
  return { full, partial: parts.length - full };
}

/** Roots of the full tiles of a row. A partial one is never hashed into the row above. */
function rowAbove(row: readonly Buffer[]): Buffer[] {
  const full = Math.floor(row.length / WIDTH);
  return Array.from({ length: full }, (_, i) => rootOfLeaves(row.slice(i * WIDTH, (i + 1) * WIDTH)));
}

/** Paths of what a row of `count` is cut into, and how much is in each. */
function partsOf(count: number): readonly { readonly path: string; readonly width: number }[] {
  return Array.from({ length: Math.ceil(count / WIDTH) }, (_, number) => {
    const width = Math.min(WIDTH, count - number * WIDTH);
    return { path: width === WIDTH ? nameOf(number) : `${nameOf(number)}.p/${width}`, width };
  });
}

/** `x001/x234/067` of 1234067. */
function nameOf(number: number): string {
  const groups =
    String(number)
      .padStart(3 * Math.ceil(String(number).length / 3), '0')
      .match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

async function need(asked: Promise<RawAnswer>): Promise<Buffer> {
  const { status, bytes } = await asked;
  if (status !== 200) throw new Error(`status ${status}`);
  return bytes;
}
