import type { Request, Response } from 'express';
import helmet from 'helmet';
import type { LogShards } from '../../log/shards.ts';
import type { Access } from '../access/principal.ts';
import { type Answer, type Headers, type OtherText, json } from '../http/answer.ts';
import { baseOf } from '../http/base-address.ts';
import type { OpenApiDocument } from '../operations/document.ts';
import type { ConsoleFiles } from './console-files.ts';
import type { Offer } from './first-entry.ts';
import { homePage } from './home.ts';
import { html, renderPage } from './layout.ts';

export interface PageParts {
  readonly shards: LogShards;
  /** Of what the log offers. */
  readonly document: OpenApiDocument;
  readonly consoleFiles: ConsoleFiles;
  readonly settings: { readonly publicUrl: string | undefined };
  readonly offer: Offer;
  readonly dev: boolean;
}

/** A page for people: no operation of an API, and asked for by its path alone. */
export interface Page {
  readonly path: string;
  readonly access: Access;
  /** Methods that it answers: reading ones, or `any` alike, as Rekor's home page does. */
  readonly methods: 'any' | readonly string[];
  /** @param root - the front of links to the root of the server */
  readonly answer: (request: Request, root: string) => Answer;
}

const READ: readonly string[] = ['GET', 'HEAD'];
const ASK_AGAIN: Headers = { 'Cache-Control': 'no-cache' };
const AN_HOUR: Headers = { 'Cache-Control': 'public, max-age=3600' };

const policy = helmet({
  contentSecurityPolicy: {
    directives: { 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null },
  },
  strictTransportSecurity: false, // for whoever terminates TLS to decide
});

/** Sets the headers of a page that protect who looks at it: an answer of an API is no place for a content policy. */
export function protect(request: Request, response: Response): void {
  policy(request, response, (fault: unknown) => {
    if (fault !== undefined) throw new Error('the content policy could not be set', { cause: fault });
  });
}

/** All pages, by their paths. */
export function pagesOf(parts: PageParts): ReadonlyMap<string, Page> {
  return new Map(listOf(parts).map((page) => [page.path, page]));
}

function listOf({ shards, document, consoleFiles, settings, offer, dev }: PageParts): readonly Page[] {
  const { publicUrl } = settings;
  const api = json(publicUrl === undefined ? document : { ...document, servers: [{ url: publicUrl }] });
  const base = (request: Request): string => publicUrl ?? baseOf(request);
  const fixed = (path: string, body: Answer['body'] & object, headers: Headers): Page => {
    return { path, access: 'anyone', methods: READ, answer: () => ({ status: 200, headers, body }) };
  };
  return [
    {
      path: '/',
      access: 'audit', // it shows the newest head
      methods: 'any',
      answer: (request, root) => ({
        status: 200,
        headers: ASK_AGAIN,
        body: homePage({ shards, offer, base: base(request), root, dev }),
      }),
    },
    {
      path: '/docs',
      access: 'anyone',
      methods: READ,
      answer: (_, root) => ({ status: 200, headers: ASK_AGAIN, body: consolePage(root, dev) }),
    },
    ...[...consoleFiles].map(([name, file]) => fixed(`/docs/${name}`, file, AN_HOUR)),
    fixed('/openapi.json', api, ASK_AGAIN),
    fixed('/swagger.json', api, ASK_AGAIN),
  ];
}

/**
 * The way from the page that was asked for to the root of the server, as the front of a link: a proxy may have put a path
 * before it that the request does not tell. Browsers resolve `..` by the slashes of the path as it was sent. Undefined
 * where there are more than `MOST_STEPS`: each of the page's links would be that long.
 */
export function rootOf(path: string): string | undefined {
  const steps = path.split('/', MOST_STEPS + 3).length - 2;
  return steps > MOST_STEPS ? undefined : '../'.repeat(steps);
}

const MOST_STEPS = 16;

function consolePage(root: string, dev: boolean): OtherText<string> {
  return renderPage({
    title: 'Console',
    head: html`<link rel="stylesheet" href="${root}docs/swagger-ui.css" />
      <script src="${root}docs/swagger-ui-bundle.js" defer></script>
      <script src="${root}docs/start.js" defer></script> `,
    main: html`<main>
      <p><a href="${root}./">Home</a></p>
      <div id="console"></div>
      <noscript
        ><p>The console needs JavaScript; the <a href="${root}openapi.json">OpenAPI document</a> does not.</p></noscript
      >
    </main>`,
    dev,
  });
}
