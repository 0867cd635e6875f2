import { brief } from '../../base/brief.ts';
import { parseHex, toBase64 } from '../../base/bytes.ts';
import { parseNote } from '../../checkpoint/note.ts';
import { formatTlogProof } from '../../checkpoint/proof/tlog-proof.ts';
import type { Log, ProvenEntry } from '../../log/types.ts';
import type { SignedHead } from '../../log/signers/shard.ts';
import { ownTurn } from '../../log/turns.ts';
import { type LeafHash, nodeHash } from '../../merkle/types.ts';
import type { components } from '../../openapi/types.ts';
import { GRPC, status } from '../apis/rekor-v2.ts';
import type { JsonText } from '../http/answer.ts';
import { InvalidRequest } from '../http/failures.ts';
import { readInteger } from '../http/read.ts';
import { V2_READ } from '../operations/defaults.ts';
import type { Operations } from '../operations/operation.ts';
import { shardFor } from './shard.ts';

type HeadPage = components['schemas']['HeadPage'];

/** Heads on a page where nobody says how many. */
const USUAL_PAGE = 100;

/** A page ends before its limit once it has so many bytes: a head bears any number of cosignatures. */
const PAGE_BYTES = 1024 * 1024;

/** Heads that are read and rendered at once. */
const SLICE_HEADS = 16;

/** Every head up to the one that is shown, and proofs that stand on their own. */
export const headOperations: Pick<Operations, 'listHeads' | 'getTlogProof'> = {
  listHeads: {
    ...V2_READ,
    route: 'GET /api/v2/log/heads',
    access: 'audit',
    async handle(asked, { shards, settings: { searchPage: most } }) {
      const log = shardFor(shards, asked);
      const { query } = asked;
      const limit = Number(readInteger(query, 'limit', 1) ?? Math.min(USUAL_PAGE, most));
      if (limit > most) throw new InvalidRequest(`limit in query should be less than or equal to ${most}`, 608);
      const below = Number(readInteger(query, 'below', 0) ?? 2n ** 53n);
      return {
        status: 200,
        headers: { 'Cache-Control': 'no-cache' },
        body: await pageOf(log, { below, limit }, asked.gone()),
      };
    },
  },

  getTlogProof: {
    ...V2_READ,
    route: 'GET /api/v2/log/proof/{entry}',
    access: 'audit',
    match: 'prefix',
    async handle(asked, { shards }) {
      const log = shardFor(shards, asked);
      const { rest } = asked;
      const entry = await entryNamed(log, rest, asked.gone());
      const note = entry && (await noteFor(log, entry));
      if (entry === undefined || note === undefined)
        return status(404, GRPC.notFound, `the log has no entry ${brief(rest)}`, { 'Cache-Control': 'no-store' });
      const text = formatTlogProof({ index: entry.index, hashes: entry.proof, note: parseNote(note) });
      const headers = { 'Cache-Control': 'no-cache' };
      return { status: 200, headers, body: { type: 'text/plain; charset=utf-8', text } };
    },
  },
};

/** A page of at most `limit` heads and about `PAGE_BYTES`, made in slices between which other requests have their turn. @throws SenderGone */
async function pageOf(
  log: Log,
  { below, limit }: { readonly below: number; readonly limit: number },
  gone: AbortSignal,
): Promise<JsonText<HeadPage>> {
  const texts: string[] = [];
  let [from, bytes] = [below, 0];
  for (;;) {
    const count = Math.min(SLICE_HEADS, limit - texts.length);
    const heads = await log.heads(from, count);
    const slice = heads.map((head) => JSON.stringify(shown(head)));
    texts.push(...slice);
    bytes += slice.reduce((sum, { length }) => sum + length, 0);
    from = heads.at(-1)?.size ?? from;
    const next = heads.length === count ? `,"nextBelow":${from}` : '';
    if (next === '' || texts.length === limit || bytes >= PAGE_BYTES)
      return { type: 'application/json', text: `{"heads":[${texts.join(',')}]${next}}\n` };
    await ownTurn(gone);
  }
}

function shown({ size, root, at, rekorCheckpoint: checkpoint, checkpoint: note }: SignedHead) {
  return {
    treeSize: size,
    rootHash: toBase64(root),
    time: at,
    rekorV1: checkpoint,
    ...(note !== undefined && { note }),
  };
}

/** The note that says that a log ended bears no cosignature: witnesses have vouched for the same tree in the one before it. */
async function noteFor(log: Log, { head }: ProvenEntry): Promise<string | undefined> {
  if (log.frozenAt === undefined) return head.checkpoint;
  const [last] = await log.heads(head.size + 1, 1);
  return last?.checkpoint;
}

/** @throws InvalidRequest, SenderGone */
async function entryNamed(log: Log, name: string, gone: AbortSignal): Promise<ProvenEntry | undefined> {
  const leaf = parseHex(name, 32);
  if (leaf !== undefined) return log.byLeaf(nodeHash(leaf) as LeafHash, gone);
  if (/^(0|[1-9]\d*)$/.test(name)) return log.byIndex(log.shard.offset + Number(name));
  const said = JSON.stringify(brief(name));
  throw new InvalidRequest(`${said} in path is neither an index nor a leaf hash of 64 hex digits`, 400);
}
