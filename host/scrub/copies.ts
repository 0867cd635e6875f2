import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { bodiesIn } from '../../merkle/entry-bundle.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import { formatTilePath } from '../../merkle/tile-path.ts';
import type { CopiedEntry } from '../../storage/history.ts';
import { readCopy } from '../../storage/record-files/reader.ts';
import type { RecordedEntry } from '../../storage/records/step.ts';

/** Another copy of the log's entries. What it gives is held against the tree before anything is made of it. */
export interface EntryCopies {
  /** For the operator: the folder or the address. */
  readonly name: string;
  /** The 256 entries of a bundle; undefined where the copy has not all of them. @throws what keeps it from being read */
  bundle(shard: number, number: number): Promise<readonly CopiedEntry[] | undefined>;
}

/** Milliseconds that another server may take for one bundle. */
const ANSWER_MS = 10_000;

/** Bytes of the longest bundle that there can be. */
const MOST_BYTES = TILE_WIDTH * (2 + 65_535);

/** Records of a folder that are read in one turn. */
const RECORDS_IN_A_TURN = 16;

/**
 * A backup or archive: entries with all that is kept beside them. It is read from its beginning, as its records are chained, for
 * seconds for a million entries.
 *
 * @param isClosing - whether it is to be given up
 */
export function copiesInFolder(folder: string, isClosing: () => boolean): EntryCopies {
  return {
    name: folder,
    bundle: async (shard, number) => {
      const from = number * TILE_WIDTH;
      const found: CopiedEntry[] = [];
      let [index, records] = [0, 0];
      for (const entries of entriesOf(folder, shard)) {
        if (index + entries.length > from)
          found.push(...entries.slice(Math.max(0, from - index)).map((kept) => ({ body: kept.body, kept })));
        index += entries.length;
        if (found.length >= TILE_WIDTH) return found.slice(0, TILE_WIDTH);
        if ((records += 1) % RECORDS_IN_A_TURN === 0) await yieldToEventLoop();
        if (isClosing()) return undefined;
      }
      return undefined;
    },
  };
}

/** The entries of each record of a shard, from its first entry on. */
function* entriesOf(folder: string, shard: number): Generator<readonly RecordedEntry[]> {
  let current = 0;
  for (const part of readCopy(folder, () => undefined)) {
    if (part.part === 'shard') current = part.shard;
    if (part.part === 'steps' && current === shard)
      yield part.steps.flatMap((step) => (step.op === 'commit' ? step.entries : []));
  }
}

/** Another server of the same tree, or its files at a web server: bodies alone. @param base - below it is `tile/` */
export function copiesAt(base: string): EntryCopies {
  return {
    name: base,
    bundle: async (_shard, number) => {
      const path = formatTilePath({ what: 'entries', number, width: TILE_WIDTH });
      const response = await fetch(`${base}/tile/${path}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (response.status !== 200) throw new Error(`it answers ${response.status} for tile/${path}`);
      const bodies = bodiesIn(await bytesOf(response));
      return bodies?.length === TILE_WIDTH ? bodies.map((body) => ({ body })) : undefined;
    },
  };
}

/** @throws Error for more than a bundle can have */
async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const stream: AsyncIterable<Uint8Array> | null = body;
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error(`it sends more than ${MOST_BYTES} bytes for a bundle`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
