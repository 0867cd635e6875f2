import type { OtherText } from '../http/answer.ts';

/** HTML that is safe to put into HTML. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Everything put in is escaped, unless it is `Html` already. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, i) => part + show(values[i])).join(''));
}

type Value = string | number | Html | readonly Html[];

/** A carriage return is escaped too: a parser of HTML would make a line feed of it. */
function show(value: Value | undefined): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value ?? '').replaceAll(/[&<>"'\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}

export const NOTHING = new Html('');

/** Data for the script of a page, as an element that no browser runs. */
export function dataBlock(id: string, value: unknown): Html {
  const text = JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
  return html`<script type="application/json" id="${id}">
    ${new Html(text)}
  </script>`;
}

/** Parts that all pages of a log share. */
export interface Frame {
  /** Name of the log. */
  readonly origin: string;
  /** The front of links to the root of the server; empty on the page at the root itself. */
  readonly root: string;
  /** Folder of scripts and styles, below the root; undefined where the server has none. */
  readonly files: string | undefined;
  readonly dev: boolean;
  /** Links that stand on every page. */
  readonly links: readonly NavLink[];
}

export interface NavLink {
  readonly path: string;
  readonly name: string;
}

export interface PageOptions {
  readonly title: string;
  /** One sentence for those who see a link to the page. */
  readonly description: string;
  readonly main: Html;
  /** Elements for the head. */
  readonly head?: Html;
  /** A line below the header that says how the log stands to the visitor. */
  readonly growth?: Html;
  readonly frame: Frame;
}

const BANNER = html`<p class="dev" role="note">
  <strong>Development log.</strong> Its keys live in memory, and everything in it is lost when the server stops.
</p>`;

/** The path of the page of the search, below the root. */
export const HOME = './';

export function renderPage(options: PageOptions): OtherText<'text/html; charset=utf-8'> {
  const { main, growth = NOTHING, frame } = options;
  const { text } = html`<!doctype html>
    <html lang="en">
      ${headOf(options)}
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${topOf(frame)} ${frame.dev ? BANNER : NOTHING}${growth}
        <main id="main">${main}</main>
        <footer>
          <p>This page is part of the log ${frame.origin}, and asks no other server. Times are UTC.</p>
        </footer>
      </body>
    </html> `;
  return { type: 'text/html; charset=utf-8', text };
}

function headOf({ title, description, head = NOTHING, frame }: PageOptions): Html {
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <meta name="description" content="${description}" />
    <meta property="og:type" content="website" />
    <meta property="og:site_name" content="${frame.origin}" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${description}" />
    ${fileLinks(frame)}${head}
  </head>`;
}

/** The drawing of the brand is the one in `web/icon.svg`. */
const BRAND = html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
  <path
    d="M12 4v5M12 9 6 14M12 9l6 5M6 14v5M18 14v5"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
  />
  <circle cx="12" cy="4" r="2.6" />
  <circle cx="6" cy="19.4" r="2.6" />
  <circle cx="18" cy="19.4" r="2.6" />
</svg>`;

function topOf({ root, origin, links }: Frame): Html {
  return html`<header class="top">
    <a class="brand" href="${root}${HOME}">${BRAND}<bdi>${origin}</bdi></a>
    <nav aria-label="Pages">${links.map(({ path, name }) => html`<a href="${root}${path}">${name}</a>`)}</nav>
  </header>`;
}

function fileLinks({ root, files }: Frame): Html {
  if (files === undefined) return html`<link rel="icon" href="data:," />`;
  const at = `${root}${files}`;
  return html`<link rel="icon" href="${at}/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${at}/style.css" />
    <script type="module" src="${at}/page.js"></script>`;
}
