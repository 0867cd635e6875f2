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

function show(value: Value | undefined): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value ?? '').replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

export const NOTHING = new Html('');

export interface PageOptions {
  readonly title: string;
  readonly main: Html;
  /** Elements for the head. */
  readonly head?: Html;
  readonly dev: boolean;
}

const STYLE = new Html(`
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 46rem; padding: 1rem; }
  body:has(#console) { max-width: none; }
  pre { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; overflow-x: auto; padding: .8rem; }
  code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
  dt { font-weight: 600; }
  dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
  [role=note]:not(.dev) { border-inline-start: .25rem solid #b58900; padding-inline-start: .8rem; }
  .dev { background: #8a1c1c; border-radius: .4rem; color: #fff; padding: .6rem .8rem; }
`);

const BANNER = html`<p class="dev" role="note">
  <strong>Development log.</strong> Its keys live in memory, and everything in it is lost when the server stops.
</p>`;

export function renderPage({ title, main, head = NOTHING, dev }: PageOptions): OtherText<'text/html; charset=utf-8'> {
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${STYLE}
        </style>
        ${head}
      </head>
      <body>
        ${dev ? BANNER : NOTHING} ${main}
      </body>
    </html> `;
  return { type: 'text/html; charset=utf-8', text };
}
