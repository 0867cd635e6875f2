import { type Html, html } from './layout.ts';

/*
 * Texts of strangers. Each is escaped, stands in an element of its own direction, and shows characters that nobody sees,
 * or that turn the direction of others, by their numbers.
 */

const UNSEEN_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Characters of a text that stand before the rest is folded away. */
const CLIPPED = 160;
/** Characters of a name in a row of a table. */
const IN_ROW = 80;

/** The text, isolated from what stands around it. */
export function isolated(text: string): Html {
  return html`<bdi>${visible(text)}</bdi>`;
}

function visible(text: string): readonly Html[] {
  const unseen = [...text.matchAll(UNSEEN_CHARACTERS)].map(([char]) => char);
  return text.split(UNSEEN_CHARACTERS).map((part, i) => {
    const char = unseen[i];
    return char === undefined ? html`${part}` : html`${part}<span class="unseen">${codePoint(char)}</span>`;
  });
}

function codePoint(char: string): string {
  return `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A text of any length: the beginning of a long one, and the whole on demand. */
export function folded(text: string): Html {
  if (text.length <= CLIPPED) return isolated(text);
  return html`<details class="long">
    <summary>${isolated(cut(text, CLIPPED))} <span class="more">all ${text.length} characters</span></summary>
    ${isolated(text)}
  </details>`;
}

/** A text in a row: the whole stands elsewhere. */
export function inRow(text: string): Html {
  return isolated(cut(text, IN_ROW));
}

/** Cuts no character in half. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;
}

/** A link to another site: only an address of https without a password becomes one. */
export function outward(text: string): Html {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || text.length > 2048) return folded(text);
  return html`<a href="${url.href}" rel="noopener noreferrer nofollow">${isolated(cut(text, CLIPPED))}</a>`;
}

/** A second of the Unix epoch. */
export function moment(seconds: number): Html {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return html`${seconds} s`;
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time>`;
}

/** A hash in hex, of which people compare the beginning. */
export function hashText(hex: string): Html {
  return html`<code class="hash">${hex}</code>`;
}

/** A text to be copied, with a button that only a script shows. */
export function copyable(text: string, label: string): Html {
  return html`<div class="copy">
    <pre tabindex="0" aria-label="${label}">${text}</pre>
    <button type="button" class="copy-button" hidden>Copy</button>
  </div>`;
}

/** Numbers as people read them: with thin spaces between groups of three. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A table that scrolls by itself where it is wider than the screen. @param label - for who does not see it */
export function table(label: string, columns: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="hits">
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
