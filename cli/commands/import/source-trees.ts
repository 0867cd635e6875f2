import { equalBytes } from '../../../base/bytes.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { toPem } from '../../../checkpoint/spki.ts';
import { httpTiles } from '../../../client/http/http-tiles.ts';
import { isRekorKey, logId, openTrusted, signerName, type TrustedHead } from '../../../client/trusted-keys.ts';
import type { TrustedKey } from '../../../client/trusted-keys.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { type OpenedLog, transportTo } from '../../log/open-log.ts';
import type { importLog } from './about.ts';
import { entryReader, type SourceTree, tileReader } from './source-tree.ts';

type Asked = Run<typeof importLog.options>;

/**
 * Returns the trees of a log, the oldest first: on Rekor v1 all of its shards, elsewhere the one that there is.
 *
 * @throws FalseAnswer for a head that no trusted key has signed
 */
export async function sourceTrees(asked: Asked, log: OpenedLog): Promise<readonly SourceTree[]> {
  if (log.client.api !== 'rekor-v1') return [await treeOfTiles(asked, log)];
  const ended = await log.client.endedShards();
  const { head, c2sp } = await newestOfBoth(log);
  await log.follow(log.client, head);
  const trees: SourceTree[] = [];
  let offset = 0;
  for (const one of [...ended, head]) {
    if (one.checkpoint.size > 0)
      trees.push(rekorTree(asked, log, { head: one, c2sp: one === head ? c2sp : undefined, offset }));
    offset += one.checkpoint.size;
  }
  if (trees.length === 0) throw empty(log);
  return trees;
}

/** Times that both heads of a log that grows are read until they are of one size. */
const HEADS_TRIED = 50;

/** The newest head by Rekor v1 and, where the log has one of C2SP as well that a trusted key has signed, that at the same size. */
async function newestOfBoth({ client, tiles, base }: OpenedLog): Promise<{
  readonly head: TrustedHead;
  readonly c2sp: TrustedHead | undefined;
}> {
  for (let tried = 0; tried < HEADS_TRIED; tried += 1) {
    const [head, c2sp] = await Promise.all([client.head(), tiles?.head()]);
    const [one, other] = [head.checkpoint, c2sp?.checkpoint];
    if (other === undefined || signerName(one.origin) !== other.origin) return { head, c2sp: undefined };
    if (one.size === other.size && equalBytes(one.root, other.root)) return { head, c2sp };
    if (one.size === other.size)
      throw new CheckFailed(
        `${base} has signed two different trees of ${one.size} entries: it has forked. stele audit writes the evidence`,
      );
  }
  throw new CheckFailed(
    `${base} grows so fast that its two heads are never of one size: import it by one with --api rekor-v1`,
  );
}

interface RekorTree {
  readonly head: TrustedHead;
  readonly c2sp: TrustedHead | undefined;
  readonly offset: number;
}

function rekorTree(asked: Asked, { client, keys, base }: OpenedLog, { head, c2sp, offset }: RekorTree): SourceTree {
  const { origin, size } = head.checkpoint;
  const key = signerOf(head, keys.filter(isRekorKey));
  const c2spKey = c2sp === undefined ? key : signerOf(c2sp, keys);
  const transport = transportTo(base, asked);
  return {
    client,
    head,
    notes: { size, rekor: head.note, ...(c2sp && { c2sp: c2sp.note }) },
    identity: {
      ...keysOf(key, c2spKey),
      origin: signerName(origin),
      treeId: origin.slice(origin.lastIndexOf(' ') + 1),
      logId: logId(key, signerName(origin)),
      offset,
    },
    open: async () => entryReader({ transport, keys, ecdsa, origin, offset }, head),
  };
}

async function treeOfTiles(asked: Asked, log: OpenedLog): Promise<SourceTree> {
  const { client, keys, base, offer } = log;
  const { tiles } = asked.globals;
  if (tiles === undefined && offer.tilePrefix === undefined)
    throw new UsageFault(`${base} takes entries, and its tiles are elsewhere: name their address with --tiles`);
  const head = await client.head();
  await log.follow(client, head);
  const { origin, size } = head.checkpoint;
  if (size === 0) throw empty(log);
  const key = signerOf(head, keys);
  const name = signerName(origin);
  const source = httpTiles(transportTo(tiles ?? base, asked), tiles === undefined ? (offer.tilePrefix ?? '') : '');
  return {
    client,
    head,
    notes: { size, c2sp: head.note },
    identity: { ...keysOf(key, key), origin: name, treeId: treeIdOf(key, name), logId: logId(key, name), offset: 0 },
    open: () => tileReader(source, head),
  };
}

/** The key that has signed a head. */
function signerOf(head: TrustedHead, keys: readonly TrustedKey[]): TrustedKey {
  const signer = keys.find((key) => openTrusted(head.note, [key], ecdsa).holds);
  if (signer === undefined)
    throw new CheckFailed(`no trusted key alone has signed the head of ${head.checkpoint.origin}`);
  return signer;
}

function keysOf(rekor: TrustedKey, c2sp: TrustedKey): Pick<LogIdentity, 'publicKeys' | 'c2spKeyId'> {
  return { publicKeys: { rekor: toPem(rekor.spki), c2sp: toPem(c2sp.spki) }, c2spKeyId: sha256Hex(c2sp.spki) };
}

/** The tree id of a log that has none: a positive int64, always the same for one log. */
function treeIdOf(key: TrustedKey, name: string): string {
  const bits = BigInt.asUintN(63, BigInt(`0x${logId(key, name).slice(0, 16)}`));
  return String(bits === 0n ? 1n : bits);
}

function empty({ base }: Pick<OpenedLog, 'base'>): UsageFault {
  return new UsageFault(`${base} has no entries yet: there is nothing to import`);
}
