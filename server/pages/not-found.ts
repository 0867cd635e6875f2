import type { Answer } from '../http/answer.ts';
import { html, renderPage } from './layout.ts';
import type { PageRequest } from './page.ts';
import { searchForm } from './search-form.ts';

/** A page that says what is not there. */
export function notFound({ frame, root }: PageRequest, sentence: string): Answer {
  const body = renderPage({
    title: `Not found in ${frame.origin}`,
    description: sentence,
    main: html`<h1>Not here</h1>
      <p>${sentence}</p>
      ${searchForm(root, '')}`,
    frame,
  });
  return { status: 404, headers: { 'Cache-Control': 'no-store' }, body };
}
