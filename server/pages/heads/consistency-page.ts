import { toHex } from '../../../base/bytes.ts';
import type { SignedHead } from '../../../log/signers/shard.ts';
import type { Log } from '../../../log/types.ts';
import { type TreeSize, treeSize } from '../../../merkle/types.ts';
import type { ConsistencyClaims } from '../../../web/claims.ts';
import type { Answer } from '../../http/answer.ts';
import { InvalidRequest } from '../../http/failures.ts';
import { readInteger } from '../../http/read.ts';
import { headClaims, hexOf, notesOf } from '../claims.ts';
import { drawLadder, listLadder } from '../drawing/draw.ts';
import { consistencyLadder, type Ladder } from '../drawing/ladder.ts';
import { checkItem, howToCheck } from '../entry/checks.ts';
import { dataBlock, type Html, html, NOTHING, renderPage } from '../layout.ts';
import { notFound } from '../not-found.ts';
import type { PageParts, PageRequest } from '../page.ts';
import { grouped, hashText, isolated } from '../text.ts';
import { rootAt } from './root-at.ts';

/** The page of a consistency proof between two sizes. @throws InvalidRequest */
export async function consistencyPage(asked: PageRequest, parts: PageParts): Promise<Answer> {
  const { query, frame } = asked;
  const tree = query.get('tree');
  const log = tree === undefined ? parts.shards.active : parts.shards.byTree(tree);
  if (log === undefined) return notFound(asked, 'The log has no such shard.');
  const sizes = await readSizes(log, query);
  const proof = typeof sizes === 'string' ? undefined : await proofBetween(log, sizes, parts);
  const says = typeof sizes === 'string' ? sizes : `${sizes.from} to ${sizes.to} entries`;
  const main = html`<header class="page-head">
      <p class="kicker">${isolated(log.shard.origin)}</p>
      <h1>Only grown?</h1>
    </header>
    ${sizeForm(asked, log, sizes)}${proof === undefined ? html`<p class="note" role="alert">${says}</p>` : proofSection(proof, asked)}`;
  const body = renderPage({
    title: `Consistency of ${frame.origin}, ${proof === undefined ? 'sizes' : says}`,
    description: 'Whether the larger tree begins with the smaller one.',
    main,
    frame,
  });
  return {
    status: proof === undefined && (query.has('from') || query.has('to')) ? 400 : 200,
    headers: { 'Cache-Control': 'no-cache' },
    body,
  };
}

interface Sizes {
  readonly from: TreeSize;
  readonly to: TreeSize;
}

/** Two sizes, or why they are none. Left out, they are the last two heads. */
async function readSizes(log: Log, query: ReadonlyMap<string, string>): Promise<Sizes | string> {
  const newest = log.head().size;
  const given = sizesIn(query);
  if (typeof given === 'string') return given;
  const to = given.to ?? newest;
  if (to > newest) return `The log has ${newest} entries, and was asked about ${to}.`;
  const [before] = given.from === undefined ? await log.heads(to, 1) : [];
  const from = given.from ?? before?.size ?? to;
  if (from > to) return `A tree of ${from} entries is no beginning of one of ${to}.`;
  return from < 1 ? 'There is nothing to prove of a tree without entries.' : { from: treeSize(from), to: treeSize(to) };
}

/** Sizes as they were sent, which may be larger than any tree. */
function sizesIn(query: ReadonlyMap<string, string>): Partial<Record<'from' | 'to', number>> | string {
  try {
    const [from, to] = [readInteger(query, 'from', 1), readInteger(query, 'to', 1)];
    return { ...(from !== undefined && { from: Number(from) }), ...(to !== undefined && { to: Number(to) }) };
  } catch (error) {
    if (error instanceof InvalidRequest) return `Sizes are counts of entries: ${error.message}.`;
    throw error;
  }
}

interface Proven extends Sizes {
  readonly ladder: Ladder;
  readonly claims: ConsistencyClaims;
}

async function proofBetween(log: Log, { from, to }: Sizes, { offer }: PageParts): Promise<Proven> {
  const head = log.head();
  const [oldRoot, root] = [await rootAt(log, from), await rootAt(log, to)];
  const proof = from === to ? [] : await log.consistency(from, to);
  const onward = to === head.size ? [] : await log.consistency(to, head.size);
  const ladder = consistencyLadder(from, to, oldRoot, proof);
  if (ladder === undefined) throw new Error('a proof of the log has another length than it has to have');
  const notes = async (size: TreeSize): Promise<readonly string[]> => {
    const [at]: readonly SignedHead[] = await log.heads(size + 1, 1);
    return at?.size === size ? notesOf(at, offer) : [];
  };
  const claims = {
    head: headClaims(log, head, offer),
    from,
    to,
    oldRoot: toHex(oldRoot),
    root: toHex(root),
    hashes: hexOf(proof),
    parents: ladder.steps.map(({ parent }) => toHex(parent.hash)),
    oldNotes: await notes(from),
    notes: await notes(to),
    onward: hexOf(onward),
  };
  return { from, to, ladder, claims };
}

function sizeForm({ root, query }: PageRequest, log: Log, sizes: Sizes | string): Html {
  const shown = typeof sizes === 'string' ? { from: '', to: '' } : sizes;
  return html`<form class="sizes" action="${root}consistency" method="get">
    <label
      >From
      <input
        type="number"
        name="from"
        min="1"
        max="${log.head().size}"
        value="${query.get('from') ?? shown.from}"
        required
    /></label>
    <label
      >to
      <input type="number" name="to" min="1" max="${log.head().size}" value="${query.get('to') ?? shown.to}" required />
      entries</label
    >
    ${query.has('tree') ? html`<input type="hidden" name="tree" value="${log.shard.treeId}" />` : NOTHING}
    <button type="submit">Prove</button>
  </form>`;
}

function proofSection({ from, to, ladder, claims }: Proven, { base }: PageRequest): Html {
  const names = {
    start: ladder.start.range.from === 0 ? 'old root' : 'in both trees',
    root: 'new root',
    title: `Way from the tree of ${from} to the tree of ${to} entries`,
  };
  return html`<section aria-labelledby="proof" class="belief">
    <h2 id="proof">Proof</h2>
    <dl>
      <dt>Root of ${grouped(from)}</dt>
      <dd>${hashText(claims.oldRoot)}</dd>
      <dt>Root of ${grouped(to)}</dt>
      <dd>${hashText(claims.root)}</dd>
    </dl>
    ${howToCheck(`stele proof --from ${from} --to ${to} --server ${base}`)}
    <div class="proof">
      <ul class="checks">
        ${checkItem('consistency', html`Begins with the smaller tree`, html`Whether ${claims.hashes.length} hashes lead to both roots: those on the left are in both trees, those on the right came later.`)}
        ${checkItem('checkpoint', html`Signed by the log`, html`Whether the larger root leads to the newest head, and that is signed.`)}
      </ul>
      <div class="drawing scroll" tabindex="0" role="region" aria-label="Drawing of the proof">
        ${ladder.steps.length === 0 ? html`<p>Both are the same tree.</p>` : drawLadder(ladder, names)}
      </div>
    </div>
    ${listLadder(ladder, { start: 'Start' })}${dataBlock('consistency-claims', claims)}
  </section>`;
}
