import type { Answer, Headers } from '../http/answer.ts';
import { type Frame, html, renderPage } from './layout.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'This cannot be answered',
  401: 'Who is there?',
  403: 'Not for you',
  503: 'Too busy',
};

/** Browsers ask for a password where the first scheme of a challenge is this one: a token is taken as one. */
const BROWSER_CHALLENGE: Headers = { 'WWW-Authenticate': 'Basic realm="stele", charset="UTF-8"' };

/** The same answer as a page: its status and headers, and its sentence for people. */
export function errorPage({ status, headers, body }: Answer, frame: Frame): Answer {
  const sentence = typeof body?.text === 'string' ? body.text.trim() : '';
  const title = TITLES[status] ?? 'Something failed';
  const page = renderPage({
    title: `${title}: ${frame.origin}`,
    description: title,
    main: html`<h1>${title}</h1>
      <p>${sentence}</p>`,
    frame,
  });
  return { status, headers: { ...headers, ...(status === 401 && BROWSER_CHALLENGE) }, body: page };
}
