import { toHex } from '../../../base/bytes.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import type { LogShards } from '../../../log/shards.ts';
import type { Log } from '../../../log/types.ts';
import type { OtherText } from '../../http/answer.ts';
import type { Principal } from '../../access/principal.ts';
import { type Offer, firstEntry } from '../first-entry.ts';
import { growthLine } from '../growth-line.ts';
import { type Frame, type Html, html, NOTHING, renderPage } from '../layout.ts';
import { searchForm } from '../search-form.ts';

export interface HomeOptions {
  readonly shards: LogShards;
  readonly offer: Offer;
  /** Where the reader finds the server, without a final slash. */
  readonly base: string;
  readonly frame: Frame;
  readonly principal: Principal;
  /** Whether there are pages to search. */
  readonly hasSearch: boolean;
}

/** The home page: the search, which log this is, how it stands, and how to put an entry into it, as far as it takes any. */
export function homePage({ shards, offer, base, frame, principal, hasSearch }: HomeOptions): OtherText<string> {
  const log = shards.active;
  const { root } = frame;
  const title = `Transparency log ${log.shard.origin}`;
  const main = html`${hasSearch ? html`<section class="hero">${searchForm(root, '', true)}</section>` : NOTHING}
    <h1>${title}</h1>
    <p>
      An append-only log of signed entries that speaks ${spokenBy(offer)}. What it once holds can be neither changed nor
      taken out without notice: everyone can ask it to prove that an entry is in it, and that it has only grown.
    </p>
    ${standing(log)}
    <dl>${facts(shards, offer)}</dl>
    ${example(shards, base, offer)}
    <h2>More</h2>
    <ul>
      ${links(shards, offer).map(([path, name, rest]) => html`<li><a href="${root}${path}">${name}</a>${rest}</li>`)}
    </ul>`;
  return renderPage({
    title,
    description: 'Was it signed, by whom, and when? Search the log, and have your browser check what it proves.',
    main,
    growth: hasSearch ? growthLine(log, offer, frame, principal) : NOTHING,
    frame,
  });
}

function spokenBy({ apis }: Offer): string {
  const tiles = "and C2SP's tiles";
  if (apis.length > 1) return `versions 1 and 2 of Rekor's API, ${tiles}`;
  return apis[0] === 'rekor-v1' ? "version 1 of Rekor's API" : `version 2 of Rekor's API ${tiles}`;
}

/** Why no entry is taken, if none is. */
function standing(log: Log): Html {
  const { frozenAt } = log;
  if (frozenAt !== undefined) {
    const when = new Date(frozenAt * 1000).toISOString().slice(0, 10);
    return html`<p role="note">
      <strong>This log ended on ${when}.</strong> It takes no more entries, and is read for ever.
    </p>`;
  }
  const refusal = log.refusal();
  return refusal === undefined
    ? NOTHING
    : html`<p role="note"><strong>It takes no entries now:</strong> ${refusal}</p>`;
}

function facts({ active, all, size }: LogShards, { apis }: Offer): readonly Html[] {
  const { treeId, publicKey, offset, c2spKey } = active.shard;
  const { root, size: own } = active.head();
  const fact = (name: string, value: Html | string | number): Html =>
    html`<dt>${name}</dt>
      <dd>${value}</dd>`;
  return [
    fact('Entries', size),
    ...(all.length > 1 ? [fact('Of these in the newest shard', `${own}, from index ${offset} on`)] : []),
    fact('Root hash', html`<code>${toHex(root)}</code>`),
    ...(apis.includes('rekor-v1')
      ? [fact('Tree id', html`<code>${treeId}</code>`), fact('Public key', html`<pre>${publicKey}</pre>`)]
      : []),
    ...(apis.includes('rekor-v2') ? [fact('Verifier key', html`<code>${formatVkey(c2spKey)}</code>`)] : []),
  ];
}

function example({ size }: LogShards, base: string, offer: Offer): Html {
  const commands = firstEntry(base, offer);
  if (commands === undefined) return NOTHING;
  return html`<h2>${size > 1 ? 'An entry' : 'The first entry'}</h2>
    <p>
      With a new key, over a file that only you have. The log gets the file's hash, the signature and the public key.
    </p>
    <pre>${commands}</pre>`;
}

/** Paths, their names, and what else there is to say. */
function links({ size }: LogShards, offer: Offer): readonly (readonly [string, string, string])[] {
  const all = [
    ['docs', 'Console', ': every operation, to read and to try', true],
    ['openapi.json', 'OpenAPI document', '', true],
    ['.well-known/stele.json', 'Names, keys and limits', ' for programs', true],
    ['api/v1/log', 'Signed head', ' of version 1', offer.has('getLogInfo')],
    ['checkpoint', 'Checkpoint', '', offer.has('getCheckpointFile')],
    ['api/v2/log/heads', 'Earlier heads', '', offer.has('listHeads')],
    ['api/v1/log/entries?logIndex=0', 'Entry 0', '', size > 0 && offer.has('getLogEntryByIndex')],
  ] as const;
  return all.flatMap(([path, name, rest, isThere]) => (isThere ? [[path, name, rest] as const] : []));
}
