import { parseUtf8 } from '../../../base/bytes.ts';
import { Failure } from '../../../base/failure.ts';
import { isObject, readJson } from '../../../base/json-reader.ts';
import { type Html, html, NOTHING } from '../layout.ts';
import { folded, hashText, isolated } from '../text.ts';

/** Bytes of a statement that is shown; and values of one that is read. */
const MAX_SHOWN = 128 * 1024;
const LIMITS = { depth: 64, values: 10_000 };
/** Subjects that are listed, and digests of each. */
const MAX_SUBJECTS = 50;
const MAX_DIGESTS = 8;

/** The payload of an envelope, which the log keeps for some kinds. */
export function statementSection(payload: Uint8Array | undefined, isEnvelope: boolean, root: string): Html {
  if (payload === undefined) {
    if (!isEnvelope) return NOTHING;
    return html`<section aria-labelledby="statement">
      <h2 id="statement">Statement</h2>
      <p>The log holds the hash of the payload, and not the payload: whoever has it can compare the hash above.</p>
    </section>`;
  }
  const text = payload.length > MAX_SHOWN ? undefined : parseUtf8(payload);
  const statement = text === undefined ? undefined : readStatement(payload);
  return html`<section aria-labelledby="statement">
    <h2 id="statement">Statement</h2>
    ${statement === undefined ? NOTHING : summary(statement, root)}
    ${text === undefined ? html`<p>Its ${payload.length} bytes are not shown here.</p>` : shownText(text, statement)}
  </section>`;
}

function shownText(text: string, statement: object | undefined): Html {
  const raw = html`<details>
    <summary>Statement as it was signed</summary>
    <pre tabindex="0">${text}</pre>
  </details>`;
  if (statement === undefined) return raw;
  return html`<details>
      <summary>Statement, indented</summary>
      <pre tabindex="0">${JSON.stringify(statement, undefined, 2)}</pre>
    </details>
    ${raw}`;
}

/** Undefined for what is no JSON object, or too much of one. */
function readStatement(payload: Uint8Array): object | undefined {
  try {
    const value = readJson(payload, 'refuse', LIMITS);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function summary(statement: object, root: string): Html {
  const { predicateType, subject } = statement as { readonly [member: string]: unknown };
  const subjects: readonly unknown[] = Array.isArray(subject) ? subject : [];
  return html`<dl>
    ${
      typeof predicateType === 'string'
        ? html`<dt>Predicate type</dt>
            <dd>${folded(predicateType)}</dd>`
        : NOTHING
    }
    ${
      subjects.length === 0
        ? NOTHING
        : html`<dt>Subjects</dt>
            <dd>
              <ul class="plain">
                ${subjects.slice(0, MAX_SUBJECTS).map((one) => subjectItem(one, root))}
              </ul>
              ${subjects.length > MAX_SUBJECTS ? html`<p>and ${subjects.length - MAX_SUBJECTS} more</p>` : NOTHING}
            </dd>`
    }
  </dl>`;
}

const HEX = /^[0-9a-f]{8,128}$/i;

function subjectItem(value: unknown, root: string): Html {
  const { name, digest } = (isObject(value) ? value : {}) as { readonly [member: string]: unknown };
  const digests = isObject(digest) ? Object.entries(digest).slice(0, MAX_DIGESTS) : [];
  return html`<li>
    ${typeof name === 'string' ? folded(name) : html`without a name`}${digests.map(([algorithm, hex]) =>
      typeof hex === 'string' && HEX.test(hex)
        ? html`<br />${isolated(algorithm.slice(0, 40))} ${hashText(hex.toLowerCase())}
            ${/^sha(1|256|384|512)$/.test(algorithm) ? html`<a class="more" href="${root}search?q=${algorithm}:${hex.toLowerCase()}">other entries</a>` : NOTHING}`
        : NOTHING,
    )}
  </li>`;
}
