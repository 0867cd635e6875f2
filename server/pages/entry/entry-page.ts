import { toHex } from '../../../base/bytes.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { OtherText } from '../../http/answer.ts';
import { entryId } from '../../routes/rekor-v1/ids.ts';
import { drawLadder, listLadder } from '../drawing/draw.ts';
import { type Ladder, inclusionLadder } from '../drawing/ladder.ts';
import { growthLine } from '../growth-line.ts';
import { dataBlock, type Html, html, NOTHING, renderPage } from '../layout.ts';
import type { PageRequest } from '../page.ts';
import { copyable, grouped, hashText, isolated, moment } from '../text.ts';
import { type BodyView, viewBody } from './body.ts';
import { bundleOf } from './bundle.ts';
import { cosignatureItems, cosignaturesOn, checkItem, howToCheck } from './checks.ts';
import { type ClaimParts, entryClaims, isShownWhole } from './claims.ts';
import { type CommandSigner, entryCommands, verifyCommand } from './commands.ts';
import { digestList, signerSection } from './people.ts';
import { statementSection } from './statement.ts';

/** The page of an entry: what was signed, by whom, when, and how the log proves that it holds it. */
export function entryPage(entry: ProvenEntry, asked: PageRequest, parts: ClaimParts): OtherText<string> {
  const { frame, root, base } = asked;
  const view = viewBody(entry.body);
  const ladder = inclusionLadder(entry.index, entry.head.size, entry.leafHash, entry.proof);
  if (ladder === undefined) throw new Error('a proof of the log has another length than it has to have');
  const bundle = bundleOf(entry, view, parts.offer.apis);
  const commands = entryCommands(entry, base, parts.offer, bundle && { signer: namedSigner(view) });
  const main = html`${openingSections(entry, view, asked)}
    ${beliefSection(entry, ladder, parts, verifyCommand(entry, base))} ${whenSection(entry)}
    ${statementSection(
      entry.attestation,
      view.digests.some(({ member }) => member === 'payloadHash'),
      root,
    )}
    ${takeSection(entry, view, bundle !== undefined, root)}
    <section aria-labelledby="commands">
      <h2 id="commands">On your machine</h2>
      ${commands.map(
        ({ name, text }) =>
          html`<h3>${name}</h3>
            ${copyable(text, `Command for ${name}`)}`,
      )}
    </section>
    ${rawSection(entry, view)} ${dataBlock('entry-claims', entryClaims(entry, view, ladder, parts))}`;
  return renderPage({
    title: `Entry ${entry.virtualIndex} of ${frame.origin}`,
    description: describe(entry, view),
    main,
    growth: growthLine(parts.log, parts.offer, frame, asked.principal),
    frame,
  });
}

/** Undefined for an entry that was signed with a bare key. */
function namedSigner({ signers }: BodyView): CommandSigner | undefined {
  const certificate = signers.find((one) => one.certificate !== undefined)?.certificate;
  return certificate && { identity: certificate.identities[0] ?? '', issuer: certificate.extensions['issuer'] ?? '' };
}

/** One sentence for those who see a link to the page. */
function describe({ integratedTime }: ProvenEntry, { kind, signers }: BodyView): string {
  const [who] = signers.flatMap(({ certificate }) => certificate?.identities ?? []);
  const day = new Date(integratedTime * 1000).toISOString().slice(0, 10);
  const by = who === undefined ? '' : `, signed by ${who.slice(0, 100).toWellFormed()}`;
  return `${kind.slice(0, 40)} entry, logged ${day}${by}`;
}

function openingSections(entry: ProvenEntry, { kind, version, digests, signers }: BodyView, asked: PageRequest): Html {
  const { frame, root } = asked;
  const nobody = html`<p>The entry holds no key or certificate that is read here.</p>`;
  return html`<header class="page-head">
      <p class="kicker">Entry of ${isolated(frame.origin)}</p>
      <h1>Entry ${grouped(entry.virtualIndex)}</h1>
      <p><span class="kind">${isolated(`${kind} ${version}`)}</span> logged at ${moment(entry.integratedTime)}</p>
    </header>
    <section aria-labelledby="signed">
      <h2 id="signed">Signed</h2>
      ${digestList(digests, root)}
    </section>
    <section aria-labelledby="by">
      <h2 id="by">By</h2>
      ${signers.length === 0 ? nobody : signers.map((signer) => signerSection(signer, root))}
    </section>`;
}

function beliefSection(entry: ProvenEntry, ladder: Ladder, { offer }: ClaimParts, command: string): Html {
  const { head, index } = entry;
  const names = {
    start: 'this entry',
    root: 'root, which is signed',
    title: `Way of the entry to the root of the tree of ${head.size} entries`,
  };
  return html`<section aria-labelledby="proof" class="belief">
    <h2 id="proof">Proof</h2>
    <p>Your browser checks each step itself, with the key of the log.</p>
    ${howToCheck(command)}
    <div class="proof">
      <ul class="checks">
        ${checkItem('signature', html`Signature of the entry`, html`Whether the key above has signed the digest.`)}
        ${checkItem('inclusion', html`In the tree`, html`Whether ${ladder.steps.length} hashes lead from leaf ${grouped(index)} of ${grouped(head.size)} to the root.`)}
        ${checkItem('checkpoint', html`Signed by the log`, html`Whether the key of ${isolated(entry.shard.origin)} has signed a checkpoint with this root.`)}
        ${offer.apis.includes('rekor-v1') ? checkItem('set', html`Promised by the log`, html`Whether the signed entry timestamp is over this body, index and time.`) : NOTHING}
        ${cosignatureItems(head.checkpoint)}
      </ul>
      <div class="drawing scroll" tabindex="0" role="region" aria-label="Drawing of the proof">
        ${
          ladder.steps.length === 0
            ? html`<p>The tree has this leaf alone, so its hash is the root.</p>`
            : drawLadder(ladder, names)
        }
      </div>
    </div>
    ${listLadder(ladder, { start: 'Leaf' })}
  </section>`;
}

function whenSection({ integratedTime, head }: ProvenEntry): Html {
  const seen = cosignaturesOn(head.checkpoint);
  return html`<section aria-labelledby="when">
    <h2 id="when">When</h2>
    <dl>
      <dt>Logged</dt>
      <dd>${moment(integratedTime)} <span class="more">by the clock of the log</span></dd>
      <dt>Head of the proof</dt>
      <dd>${moment(head.at)}</dd>
      ${seen.map(
        ({ name, time }) =>
          html`<dt>Seen by ${isolated(name)}</dt>
            <dd>${moment(time)}</dd>`,
      )}
    </dl>
  </section>`;
}

function takeSection(entry: ProvenEntry, { kind }: BodyView, hasBundle: boolean, root: string): Html {
  const at = `${root}entry/${entry.virtualIndex}`;
  return html`<section aria-labelledby="take">
    <h2 id="take">Take with you</h2>
    <ul class="plain">
      ${
        hasBundle
          ? html`<li>
              <a href="${at}/bundle.sigstore.json" download>Sigstore bundle</a>: signature and proof for Sigstore's
              clients
            </li>`
          : html`<li>
              No Sigstore bundle: the log did not keep what a ${isolated(kind.slice(0, 40))} was signed over
            </li>`
      }
      ${entry.head.checkpoint === undefined ? NOTHING : html`<li><a href="${at}/entry.tlog-proof" download>Proof file</a>: place, hashes and checkpoint, for use without a network</li>`}
      <li><a href="${at}/body.json" download>Body</a>: the leaf itself</li>
    </ul>
  </section>`;
}

function rawSection(entry: ProvenEntry, view: BodyView): Html {
  const whole = isShownWhole(view, entry.body);
  return html`<section aria-labelledby="raw">
    <h2 id="raw">Body</h2>
    <dl>
      <dt>Entry id</dt>
      <dd>${hashText(entryId(entry.shard, entry.leafHash))}</dd>
      <dt>Leaf hash, uuid</dt>
      <dd>${hashText(toHex(entry.leafHash))}</dd>
      <dt>Index in its shard</dt>
      <dd>${grouped(entry.index)}, tree ${entry.shard.treeId}</dd>
    </dl>
    ${
      view.json === undefined
        ? NOTHING
        : html`<details>
            <summary>Body, indented</summary>
            <pre tabindex="0">${JSON.stringify(view.json, undefined, 2)}</pre>
          </details>`
    }
    <details>
      <summary>Body as it was hashed, ${entry.body.length} bytes</summary>
      <pre id="${whole ? 'body' : 'body-part'}" tabindex="0">${view.text ?? 'These bytes are no UTF-8.'}</pre>
    </details>
  </section>`;
}
