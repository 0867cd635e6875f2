import { Failure } from '../../../base/failure.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import { MAX_TERMS, type Question, readQuestion } from '../../../web/recognise.ts';
import type { Answer } from '../../http/answer.ts';
import { InvalidRequest } from '../../http/failures.ts';
import { readInteger } from '../../http/read.ts';
import { viewBody } from '../entry/body.ts';
import { growthLine } from '../growth-line.ts';
import { type Html, html, NOTHING, renderPage } from '../layout.ts';
import type { PageParts, PageRequest } from '../page.ts';
import { grouped, inRow, isolated, moment, table } from '../text.ts';
import { searchForm } from '../search-form.ts';
import { type Hits, isMixed, lookUp } from './look-up.ts';

/** Hits on a page. */
const PAGE_HITS = 20;

/** Answers a search: hits in the order of the log, or why there is no answer. @throws Busy, SenderGone */
export async function searchPage(asked: PageRequest, parts: PageParts): Promise<Answer> {
  const { query, root, frame } = asked;
  const q = (query.get('q') ?? '').trim();
  const question = q === '' ? undefined : readQuestion(q);
  const found = question === undefined ? undefined : await answerTo(question, asked, parts);
  const result = resultOf(q, question, found, asked);
  const body = renderPage({
    title: q === '' ? `Search ${frame.origin}` : `${q.slice(0, 80).toWellFormed()} in ${frame.origin}`,
    description: 'Entries of the log, in its order, and up to which one the answer is complete.',
    main: html`<h1 class="hidden">Search</h1>
      ${searchForm(root, q)}${result}`,
    growth: growthLine(parts.shards.active, parts.offer, frame, asked.principal),
    frame,
  });
  return { status: found instanceof Failure ? 400 : 200, headers: { 'Cache-Control': 'no-cache' }, body };
}

/** A failure that the sender can act on becomes a part of the page. */
async function answerTo(question: Question, asked: PageRequest, parts: PageParts): Promise<Hits | InvalidRequest> {
  const { shards, settings } = parts;
  try {
    if (isMixed(question))
      throw new InvalidRequest('an index or an entry id names one entry: it cannot be joined with other terms', 400);
    const given = readInteger(asked.query, 'after', 0);
    const after = given === undefined ? undefined : Math.min(Number(given), shards.size);
    const limit = Math.min(PAGE_HITS, settings.searchPage);
    return await lookUp(question, { after, limit }, asked, parts);
  } catch (error) {
    if (error instanceof InvalidRequest) return error;
    throw error;
  }
}

function resultOf(
  q: string,
  question: Question | undefined,
  found: Hits | InvalidRequest | undefined,
  asked: PageRequest,
): Html {
  if (q === '') return NOTHING;
  if (question === undefined) return warning(`A search joins up to ${MAX_TERMS} terms, all by AND or all by OR.`);
  if (found instanceof InvalidRequest)
    return html`${taken(question)}${warning(`This cannot be searched for: ${found.message}.`)}`;
  if (found === undefined) return NOTHING;
  return html`${taken(question)}${hitList(q, found, asked)}`;
}

function warning(sentence: string): Html {
  return html`<p class="note" role="alert">${sentence}</p>`;
}

/** Tells what the text was taken for. */
function taken({ terms, operator }: Question): Html {
  const parts = terms.map(
    ({ kind, says, value }, i) =>
      html`${i === 0 ? '' : ` ${operator.toUpperCase()} `}<span class="term" data-kind="${kind}"
          >${says}: ${inRow(value.split('\n', 2)[0] ?? '')}</span
        >`,
  );
  return html`<p class="taken">Searched for ${parts}</p>`;
}

function hitList(q: string, { entries, completeTo, next }: Hits, { query, root, principal }: PageRequest): Html {
  const complete = html`<span id="complete"
    >${completeTo === 0 ? '' : `Complete through entry ${grouped(completeTo - 1)}.`}</span
  >`;
  const at = `${root}search?q=${encodeURIComponent(q.toWellFormed())}`;
  const isLater = query.has('after');
  const more = html`<nav class="pages" aria-label="Pages of hits">
    ${isLater ? html`<a href="${at}" rel="first">First page</a>` : NOTHING}${
      next === undefined ? NOTHING : html`<a href="${at}&after=${next}" rel="next">Next page</a>`
    }
  </nav>`;
  if (entries.length === 0) {
    const sentence = next === undefined ? (isLater ? 'No more entries match.' : 'No entry matches.') : 'None so far.';
    return html`<p class="empty"><strong>${sentence}</strong> ${complete}</p>
      ${more}`;
  }
  const mayRead = principal.rights.has('read');
  return html`${table(
      'Hits',
      ['Entry', 'Kind', 'Logged', 'Signed by', 'Artifact'],
      entries.map((entry) => (mayRead ? hitRow(entry, root) : bareRow(entry, root))),
    )}
    <p class="tail">${next === undefined ? 'These are all.' : 'There may be more.'} ${complete}</p>
    ${more}`;
}

/** Names of signers in one row. */
const MAX_NAMES = 3;

function hitRow(entry: ProvenEntry, root: string): Html {
  const { kind, version, signers, digests } = viewBody(entry.body);
  const names = signers.flatMap(({ certificate }) => certificate?.identities ?? []);
  const keys = signers.flatMap(({ certificate, fingerprint }) => (certificate === undefined ? [fingerprint] : []));
  const by = names.length > 0 ? names : keys.map((key) => `key ${key.slice(0, 16)}…`);
  const artifact = digests.find(({ member }) => member === 'data' || member === 'payloadHash') ?? digests[0];
  return html`<tr>
    <th scope="row">${entryLink(entry, root)}</th>
    <td>${inRow(kind)} <span class="more">${inRow(version)}</span></td>
    <td>${moment(entry.integratedTime)}</td>
    <td>
      ${by.slice(0, MAX_NAMES).map((name) => html`<div>${inRow(name)}</div>`)}${by.length > MAX_NAMES ? html`<div class="more">and ${by.length - MAX_NAMES} more</div>` : NOTHING}
    </td>
    <td>
      ${artifact === undefined ? NOTHING : html`<code title="${artifact.hex}">${isolated(artifact.algorithm.slice(0, 12))}:${artifact.hex.slice(0, 16)}…</code>`}
    </td>
  </tr>`;
}

/** For who may search, and not read. */
function bareRow(entry: ProvenEntry, root: string): Html {
  return html`<tr>
    <th scope="row">${entryLink(entry, root)}</th>
    <td colspan="4"></td>
  </tr>`;
}

function entryLink({ virtualIndex }: ProvenEntry, root: string): Html {
  return html`<a href="${root}entry/${virtualIndex}">${grouped(virtualIndex)}</a>`;
}
