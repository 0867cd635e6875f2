import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toHex } from '../base/bytes.ts';
import { Failure } from '../base/failure.ts';
import { grow } from '../merkle/grow.ts';
import { emptyRoot, hashLeaf } from '../merkle/hash.ts';
import { coveringNodes } from '../merkle/plan.ts';
import { type LeafHash, type NodeHash, logIndex, treeSize } from '../merkle/types.ts';
import { recordPlace } from '../server/place.ts';
import type { LogStore, StoredHead } from '../storage/contract.ts';
import { openFileJournal } from '../storage/engines/file-journal/open.ts';
import { openSqliteStore } from '../storage/engines/sqlite/open.ts';

/*
 * Lets a log sign again that refuses to, because its head journal is missing or ahead of it, or its folder has moved.
 * It re-hashes every entry first, and asks for the size in so many digits: whoever types it says that no larger head
 * was ever shown to anyone. If one was, signing again is a fork, and only outsiders can tell.
 */

const USAGE = `npm run recover -- --data FOLDER [--heads FOLDER] [--accept-size N]

Without --accept-size it only looks, and says what it found.
`;

interface Options {
  readonly data: string;
  readonly heads: string;
  readonly acceptSize: string | undefined;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: process.env['STELE_DATA'] ?? './data' },
      heads: { type: 'string' },
      'accept-size': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const heads = values.heads ?? process.env['STELE_HEADS'] ?? `${values.data.replace(/\/+$/, '')}-heads`;
  return { data: values.data, heads, acceptSize: values['accept-size'] };
}

/** The root that the stored bodies have, whatever the stored tiles say. */
async function rootOfBodies(store: LogStore, size: number): Promise<NodeHash> {
  const nodes = new Map<string, NodeHash>();
  let root: NodeHash = emptyRoot();
  for (let from = 0; from < size; from += 4096) {
    const leaves: LeafHash[] = [];
    for (let index = from; index < Math.min(size, from + 4096); index += 1) {
      const entry = await store.entry(logIndex(index));
      if (entry === undefined) throw new Error(`entry ${index} is missing: this copy cannot be used`);
      leaves.push(hashLeaf(entry.body));
    }
    const edge = coveringNodes({ from: 0, to: from }).map(({ level, index }) => nodes.get(`${level}/${index}`));
    const growth = grow(treeSize(from), edge as NodeHash[], leaves);
    for (const { level, index, hash } of growth.nodes) if (level >= 12) nodes.set(`${level}/${index}`, hash);
    root = growth.head.root;
  }
  return root;
}

async function examine(store: LogStore): Promise<StoredHead> {
  const head = await store.head();
  if (head === undefined) throw new Error('there is no head in this folder: nothing to recover');
  const root = toHex(await rootOfBodies(store, head.size));
  if (root !== toHex(head.root)) throw new Error(`the ${head.size} entries do not have the root that was signed`);
  process.stdout.write(`${head.size} entries, all there, under the root that was signed: ${root}\n`);
  return head;
}

async function recover({ data, heads, acceptSize }: Options): Promise<void> {
  if (!existsSync(join(data, 'stele.db'))) throw new Error(`${data} holds no log`);
  await using store = await openSqliteStore(data, `recovery, process ${process.pid} on ${hostname()}`);
  const identity = await store.identity();
  if (identity === undefined) throw new Error(`${data} holds no log`);
  const head = await examine(store);
  await using journal = await openFileJournal(heads);
  process.stdout.write(`the head journal ends at ${journal.last()?.size ?? 'nothing'}\n`);
  if (acceptSize === undefined) {
    process.stdout.write(`to let the log go on from here, add: --accept-size ${head.size}\n`);
    return;
  }
  if (acceptSize !== String(head.size)) throw new Error(`--accept-size is ${acceptSize}, and the log has ${head.size}`);
  await journal.begin({ treeId: identity.treeId, logId: identity.logId }, head);
  recordPlace(data);
  process.stdout.write(`log ${identity.origin} goes on from ${head.size}: start it as usual\n`);
}

try {
  const options = readOptions();
  if (options === undefined) process.stdout.write(USAGE);
  else await recover(options);
} catch (error) {
  if (!(error instanceof Failure) && !(error instanceof Error)) throw error;
  process.stderr.write(`cannot recover: ${error.message}\n`);
  process.exitCode = 1;
}
