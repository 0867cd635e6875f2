import { toHex } from '../../../base/bytes.ts';
import type { SignedHead } from '../../../log/signers/shard.ts';
import type { Log } from '../../../log/types.ts';
import type { Answer } from '../../http/answer.ts';
import { readInteger } from '../../http/read.ts';
import { cosignatureItems, cosignaturesOn, checkItem, howToCheck } from '../entry/checks.ts';
import { growthLine } from '../growth-line.ts';
import { dataBlock, type Html, html, NOTHING, renderPage } from '../layout.ts';
import { notFound } from '../not-found.ts';
import type { PageParts, PageRequest } from '../page.ts';
import { copyable, grouped, hashText, isolated, moment, table } from '../text.ts';
import { clientSetups } from './clients.ts';
import { growthPlot, growthPoints } from './plot.ts';

/** Heads on a page of the ledger. */
const PAGE_HEADS = 25;

/** The heads of a shard: the newest one to be checked, and every one before it. @throws InvalidRequest, SenderGone */
export async function headsPage(asked: PageRequest, parts: PageParts): Promise<Answer> {
  const { query, frame, root } = asked;
  const tree = query.get('tree');
  const log = tree === undefined ? parts.shards.active : parts.shards.byTree(tree);
  if (log === undefined) return notFound(asked, 'The log has no such shard.');
  const below = Number(readInteger(query, 'below', 1) ?? 2n ** 53n);
  const heads = await log.heads(Math.min(below, 2 ** 53), PAGE_HEADS + 1);
  const points = await growthPoints(log, asked.gone());
  const main = html`<header class="page-head">
      <p class="kicker">${isolated(log.shard.origin)}</p>
      <h1>Heads</h1>
    </header>
    ${newestSection(log, asked)} ${dataBlock('witness-claims', parts.witnesses ?? [])}
    <section aria-labelledby="growth-plot">
      <h2 id="growth-plot">Growth</h2>
      ${growthPlot(points)}${tail(log, parts, root)}
    </section>
    ${ledger(log, heads, asked)} ${shardSection(parts, log, root)} ${witnessSection(log)}
    ${keySection(log, parts, root)}
    <section aria-labelledby="clients">
      <h2 id="clients">Point a client at this log</h2>
      ${clientSetups(asked.base, log.shard.origin, parts.offer).map(
        ({ name, text }) =>
          html`<details>
            <summary>${name}</summary>
            ${copyable(text, `Setup of ${name}`)}
          </details>`,
      )}
    </section>`;
  const body = renderPage({
    title: `Heads of ${frame.origin}`,
    description: `Signed heads of the log, newest first: ${log.head().size} entries.`,
    main,
    growth: growthLine(log, parts.offer, frame, asked.principal),
    frame,
  });
  return { status: 200, headers: { 'Cache-Control': 'no-cache' }, body };
}

function newestSection(log: Log, { base }: PageRequest): Html {
  const head = log.head();
  return html`<section aria-labelledby="newest">
    <h2 id="newest">Newest head</h2>
    <dl>
      <dt>Entries</dt>
      <dd>${grouped(head.size)}</dd>
      <dt>Root hash</dt>
      <dd>${hashText(toHex(head.root))}</dd>
      <dt>Signed</dt>
      <dd>${moment(head.at)}</dd>
    </dl>
    ${howToCheck(`stele checkpoint --server ${base}`)}
    <ul class="checks" id="head-checks">
      ${checkItem('checkpoint', html`Signed by the log`, html`Whether the key of ${isolated(log.shard.origin)} has signed this size and root.`)}
      ${cosignatureItems(head.checkpoint)}
    </ul>
    <details>
      <summary>Checkpoint</summary>
      <pre tabindex="0">${head.checkpoint ?? head.rekorCheckpoint}</pre>
    </details>
  </section>`;
}

/** Filled by the page's script as the log grows. */
function tail(log: Log, { offer }: PageParts, root: string): Html {
  if (!offer.has('getLogEntryByIndex') || !offer.has('getLogInfo') || log.isClosed) return NOTHING;
  return html`<div
    id="tail"
    data-log="${root}api/v1/log"
    data-offset="${log.shard.offset}"
    data-entries="${root}api/v1/log/entries?logIndex="
    data-pages="${root}entry/"
    data-next="${log.shard.offset + log.head().size}"
    hidden
  >
    <h3>New entries</h3>
    <p class="hint" id="tail-state">None since you came.</p>
    <ol class="plain" id="tail-list"></ol>
  </div>`;
}

function ledger({ shard }: Log, heads: readonly SignedHead[], { root, query }: PageRequest): Html {
  const shown = heads.slice(0, PAGE_HEADS);
  const last = shown.at(-1);
  const tree = query.has('tree') ? `&tree=${shard.treeId}` : '';
  return html`<section aria-labelledby="ledger">
    <h2 id="ledger">Ledger</h2>
    ${shown.length === 0 ? html`<p>No head is smaller.</p>` : NOTHING}
    ${table(
      'Ledger of heads',
      ['Entries', 'Signed', 'Root', 'Cosigned by', 'Grew from'],
      shown.map((head, i) => ledgerRow(head, heads[i + 1], root, tree)),
    )}
    <nav class="pages" aria-label="Pages of the ledger">
      ${query.has('below') ? html`<a href="${root}heads${tree.replace('&', '?')}">Newest</a>` : NOTHING}${heads.length > PAGE_HEADS && last !== undefined ? html`<a rel="next" href="${root}heads?below=${last.size}${tree}">Earlier</a>` : NOTHING}
    </nav>
  </section>`;
}

function ledgerRow(head: SignedHead, before: SignedHead | undefined, root: string, tree: string): Html {
  const names = cosignaturesOn(head.checkpoint).map(({ name }) => name);
  return html`<tr>
    <th scope="row">${grouped(head.size)}</th>
    <td>${moment(head.at)}</td>
    <td><code title="${toHex(head.root)}">${toHex(head.root).slice(0, 16)}…</code></td>
    <td>
      ${names.length === 0 ? html`<span class="more">nobody</span>` : names.map((name) => html`<div>${isolated(name)}</div>`)}
    </td>
    <td>
      ${before === undefined || before.size === 0 ? NOTHING : html`<a href="${root}consistency?from=${before.size}&to=${head.size}${tree}">${grouped(before.size)}</a>`}
    </td>
  </tr>`;
}

function shardSection({ shards }: PageParts, shown: Log, root: string): Html {
  if (shards.all.length < 2) return NOTHING;
  return html`<section aria-labelledby="shards">
    <h2 id="shards">Shards</h2>
    ${table(
      'Shards',
      ['Name', 'Tree', 'From index', 'Entries', 'State'],
      shards.all.map((log) => {
        const { origin, treeId, offset } = log.shard;
        const name =
          log === shown ? isolated(origin) : html`<a href="${root}heads?tree=${treeId}">${isolated(origin)}</a>`;
        const state = log.frozenAt === undefined ? html`grows` : html`ended ${moment(log.frozenAt)}`;
        return html`<tr>
          <th scope="row">${name}</th>
          <td><code>${treeId}</code></td>
          <td>${grouped(offset)}</td>
          <td>${grouped(log.head().size)}</td>
          <td>${state}</td>
        </tr>`;
      }),
    )}
  </section>`;
}

function witnessSection(log: Log): Html {
  const reports = log.witnesses();
  if (reports.length === 0) return NOTHING;
  return html`<section aria-labelledby="witnesses">
    <h2 id="witnesses">Witnesses</h2>
    <dl>
      ${reports.map(
        ({ name, size, state }) =>
          html`<dt>${isolated(name)}</dt>
            <dd>
              ${isolated(state.slice(0, 200))}${size === undefined ? NOTHING : html`, has cosigned ${grouped(size)} entries`}
            </dd>`,
      )}
    </dl>
  </section>`;
}

function keySection({ shard }: Log, { offer: { apis } }: PageParts, root: string): Html {
  const v1 = apis.includes('rekor-v1');
  const v2 = apis.includes('rekor-v2');
  return html`<section aria-labelledby="keys">
    <h2 id="keys">Keys and trust files</h2>
    ${
      v1
        ? html`<h3>Key of Rekor v1</h3>
            ${copyable(shard.publicKey, 'Public key of Rekor v1')}
            <p class="more">Log id <code class="hash">${shard.logId}</code></p>`
        : NOTHING
    }
    <ul class="plain">
      ${v1 ? html`<li><a href="${root}api/v1/log/publicKey">Public key</a>, PEM</li>` : NOTHING}
      ${v2 ? html`<li><a href="${root}vkey">Verifier key</a> of the checkpoints of C2SP</li>` : NOTHING}
      <li><a href="${root}trusted_root.json">trusted_root.json</a>: what Sigstore's clients trust</li>
      <li><a href="${root}signing_config.json">signing_config.json</a>: where they sign</li>
    </ul>
  </section>`;
}
