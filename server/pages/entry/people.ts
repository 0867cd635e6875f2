import { type Html, html, NOTHING } from '../layout.ts';
import { folded, hashText, isolated, moment, outward } from '../text.ts';
import type { BodyDigest } from './body.ts';
import type { CertificateView, Signer } from './signer.ts';

/* The parts of an entry's page that say who signed what. */

const MEMBERS: Readonly<Record<string, string>> = {
  data: 'Artifact',
  payloadHash: 'Payload',
  envelopeHash: 'Envelope',
  spec: 'Envelope',
};

/** Extensions of Fulcio that come first, with the names that people know them by. */
const LEADING: readonly (readonly [extension: string, name: string])[] = [
  ['sourceRepositoryURI', 'Repository'],
  ['githubWorkflowRepository', 'Repository'],
  ['sourceRepositoryRef', 'Ref'],
  ['githubWorkflowRef', 'Ref'],
  ['sourceRepositoryDigest', 'Commit'],
  ['githubWorkflowSHA', 'Commit'],
  ['runInvocationURI', 'Workflow run'],
  ['buildSignerURI', 'Build signer'],
  ['issuer', 'Issuer'],
];

export function digestList(digests: readonly BodyDigest[], root: string): Html {
  if (digests.length === 0)
    return html`<p>The entry names no digest that is known here; its body below has all of it.</p>`;
  return html`<dl>
    ${digests.map(({ member, algorithm, hex }) => {
      const link = html`<a class="more" href="${root}search?q=${algorithm}:${hex}">other entries</a>`;
      return html`<dt>${MEMBERS[member] ?? member}, ${algorithm.toUpperCase()}</dt>
        <dd>${hashText(hex)} ${link}</dd>`;
    })}
  </dl>`;
}

export function signerSection(signer: Signer, root: string): Html {
  const { form, fingerprint, searchHash, certificate } = signer;
  const others =
    searchHash === undefined ? NOTHING : html` <a class="more" href="${root}search?q=${searchHash}">other entries</a>`;
  return html`<dl>
      ${certificate === undefined ? NOTHING : certificateRows(certificate, root)}
      <dt>${certificate === undefined ? `Signed with a ${form}` : 'Key of the certificate'}, SHA-256</dt>
      <dd>${hashText(fingerprint)}${others}</dd>
    </dl>
    ${certificate === undefined ? NOTHING : allExtensions(certificate)}`;
}

function certificateRows({ identities, issuer, notBefore, notAfter, extensions }: CertificateView, root: string): Html {
  const shown = new Set<string>();
  const rows = LEADING.flatMap(([extension, name]) => {
    const value = extensions[extension];
    if (value === undefined || value === '' || shown.has(name)) return [];
    shown.add(name);
    return [
      html`<dt>${name}</dt>
        <dd>${outward(value)}</dd>`,
    ];
  });
  return html`<dt>Identity</dt>
    <dd>
      ${
        identities.length === 0
          ? html`none in the certificate`
          : html`<ul class="plain">
              ${identities.slice(0, MAX_IDENTITIES).map((one) => identity(one, root))}
            </ul>`
      }${identities.length > MAX_IDENTITIES ? html`<p>and ${identities.length - MAX_IDENTITIES} more in the body below</p>` : NOTHING}
    </dd>
    ${rows}
    <dt>Certificate</dt>
    <dd>
      by ${issuer === '' ? 'an issuer without a name' : isolated(issuer.slice(0, 200))}, for ${moment(notBefore)} to
      ${moment(notAfter)}
    </dd>`;
}

/** Identities of one certificate that are shown. */
const MAX_IDENTITIES = 32;
/** Characters of the longest name that the index knows. */
const LONGEST_KEY = 512;

function identity(name: string, root: string): Html {
  const link = html` <a class="more" href="${root}search?q=${encodeURIComponent(name.toWellFormed())}"
    >other entries</a
  >`;
  return html`<li>${outward(name)}${name.length <= LONGEST_KEY ? link : NOTHING}</li>`;
}

function allExtensions({ extensions }: CertificateView): Html {
  const all = Object.entries(extensions);
  if (all.length === 0) return NOTHING;
  return html`<details>
    <summary>All ${all.length} extensions of Fulcio</summary>
    <dl class="dense">
      ${all.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${folded(value)}</dd>`,
      )}
    </dl>
  </details>`;
}
