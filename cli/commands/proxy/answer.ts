import { NotFound } from '../../../client/http/failures.ts';
import type { Ask } from '../../../client/http/transport.ts';
import { TILE_WIDTH } from '../../../merkle/tile.ts';
import type { TileResource } from '../../../merkle/tile-path.ts';
import type { Answering, Asked } from './asked.ts';
import { growth } from './growth.ts';
import type { Operation } from './operations.ts';
import { passed } from './pass.ts';
import type { Reply } from './reply.ts';
import { headersOf } from './reply.ts';

/** @throws Failure */
export function answerTo(answering: Answering, operation: Operation, asked: Asked): Promise<Reply> {
  switch (operation.is) {
    case 'submission':
      return answering.sender.answerTo({ path: asked.url.pathname, body: asked.body });
    case 'checked':
      return checked(answering, operation, asked);
    case 'tile':
      return tile(answering, operation.resource);
    case 'growth':
      return growth(answering, asked);
    case 'passed':
      return passed(answering, asked);
  }
}

/** Refusals are passed on: only an answer that claims something has something to check. */
async function checked(
  { finder, upstream: { transport } }: Answering,
  { check, accept }: Extract<Operation, { is: 'checked' }>,
  { method, url, headers, body }: Asked,
): Promise<Reply> {
  const log = await finder.find();
  const sizes = log.sizes();
  const type = headers['content-type'] ?? 'application/json';
  const posted: Ask =
    method === 'POST' ? { method, body, headers: { accept, 'content-type': type } } : { headers: { accept } };
  const answer = await transport.ask(`${url.pathname}${url.search}`, posted);
  if (answer.status === 200) await check({ log, url, body, answer, sizes });
  return { status: answer.status, headers: headersOf(answer.headers, transport.base), body: answer.body };
}

const HASH = 32;

/** @throws NotFound beyond the end of the tree */
async function tile({ finder }: Answering, resource: TileResource): Promise<Reply> {
  const log = await finder.find();
  const isTile = resource.what === 'tile';
  const [level, number] = isTile ? [resource.id.level, resource.id.index] : [0, resource.number];
  const size = (number * TILE_WIDTH + resource.width) * TILE_WIDTH ** level;
  const tree = Number.isSafeInteger(size) ? await log.treeOf(size) : undefined;
  if (tree === undefined || tree.head.size < size) throw new NotFound('the tree has no such tile');
  const bytes = isTile
    ? (await tree.tile(resource.id)).subarray(0, resource.width * HASH)
    : await tree.bundle(number, resource.width);
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
    body: bytes,
  };
}
