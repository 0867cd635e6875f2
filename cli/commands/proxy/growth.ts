import { toHex, utf8 } from '../../../base/bytes.ts';
import { AnswerReader, hexHash } from '../../../client/answer-reader.ts';
import { FalseAnswer } from '../../../client/http/failures.ts';
import { type Answer, readJson } from '../../../client/http/transport.ts';
import { verifyConsistency } from '../../../merkle/verify.ts';
import type { Answering, Asked } from './asked.ts';
import { headersOf, type Reply } from './reply.ts';
import type { TrustedLog } from './trusted-log.ts';

/**
 * `GET /api/v1/log/proof`: leads from one root of the log to the other. The root beside it is the current one, and says not of
 * which size (rekor-v1 trap 17): in its place the client gets that of a head that was checked. A proof of a shard that has ended
 * is left to the client, who has its heads.
 */
export async function growth({ finder, upstream: { transport } }: Answering, { url }: Asked): Promise<Reply> {
  const log = await finder.find();
  const answer = await transport.ask(`${url.pathname}${url.search}`, { headers: { accept: 'application/json' } });
  const reply = { status: answer.status, headers: headersOf(answer.headers, transport.base), body: answer.body };
  if (answer.status !== 200) return reply;
  const head = await log.clients.rekor.head();
  await log.accept(head);
  const tree = url.searchParams.get('treeID');
  if (tree !== null && !head.checkpoint.origin.endsWith(` - ${tree}`)) return reply;
  const hashes = await checkedHashes(log, url, answer);
  return { ...reply, body: utf8(`${JSON.stringify({ hashes, rootHash: toHex(head.checkpoint.root) })}\n`) };
}

/** @throws FalseAnswer */
async function checkedHashes(log: TrustedLog, url: URL, answer: Answer): Promise<readonly string[]> {
  const [from, to] = [sizeIn(url, 'firstSize'), sizeIn(url, 'lastSize')];
  const client = log.hasTiles ? log.clients.tiles : log.clients.rekor;
  const [old, head] = [await client.headAt(from), await client.headAt(to)];
  const hashes = new AnswerReader(readJson(answer)).hashes('hashes', hexHash);
  if (verifyConsistency(old, head, hashes)) return hashes.map(toHex);
  throw new FalseAnswer(`${answer.url}: the consistency proof from ${from} to ${to} does not hold`);
}

/** Rekor v1 begins with a tree of one entry where it is not told. */
function sizeIn(url: URL, name: string): number {
  return Number(url.searchParams.get(name) ?? 1);
}
