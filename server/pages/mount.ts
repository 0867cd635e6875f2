import type { Express, Request } from 'express';
import helmet from 'helmet';
import type { LogShards } from '../../log/shards.ts';
import { type Answer, type Headers, type OtherText, json } from '../http/answer.ts';
import { Exchange } from '../http/exchange.ts';
import type { ConsoleFiles } from './console-files.ts';
import type { Offer } from './first-entry.ts';
import { homePage } from './home.ts';
import { html, renderPage } from './layout.ts';

/** The OpenAPI document: what routing needs of it, and the rest. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly [member: string]: unknown;
}

export interface PageParts {
  readonly shards: LogShards;
  /** Of what the log offers. */
  readonly document: OpenApiDocument;
  readonly consoleFiles: ConsoleFiles;
  readonly settings: { readonly publicUrl: string | undefined };
  readonly offer: Offer;
  readonly dev: boolean;
}

interface Page {
  readonly path: string;
  /** `any` answers every method alike, as Rekor's home page does. */
  readonly methods: 'any' | 'read';
  /** @param root - the front of links to the root of the server */
  readonly answer: (request: Request, root: string) => Answer;
}

const READ: readonly string[] = ['GET', 'HEAD'];
const ASK_AGAIN: Headers = { 'Cache-Control': 'no-cache' };
const AN_HOUR: Headers = { 'Cache-Control': 'public, max-age=3600' };

/** Only what people look at: an API answer is no place for a content policy. */
const protect = helmet({
  contentSecurityPolicy: {
    directives: { 'style-src': ["'self'", "'unsafe-inline'"], 'upgrade-insecure-requests': null },
  },
  strictTransportSecurity: false, // for whoever terminates TLS to decide
});

export function mountPages(app: Express, parts: PageParts): void {
  for (const { path, methods, answer } of pages(parts)) {
    const route = app.route(path);
    route.all((_request, response, next) => {
      const { path: asked } = Exchange.of(response).target;
      next(rootOf(asked) === undefined ? 'route' : undefined);
    });
    route.all(protect, (request, response, next) => {
      const exchange = Exchange.of(response);
      if (methods === 'read' && !READ.includes(request.method)) {
        exchange.allow(READ);
        return next();
      }
      exchange.enter(path);
      return exchange.send(answer(request, rootOf(exchange.target.path) ?? ''));
    });
  }
}

function pages({ shards, document, consoleFiles, settings, offer, dev }: PageParts): readonly Page[] {
  const { publicUrl } = settings;
  const api = json(publicUrl === undefined ? document : { ...document, servers: [{ url: publicUrl }] });
  const base = (request: Request): string => publicUrl ?? baseOf(request);
  const fixed = (path: string, body: Answer['body'] & object, headers: Headers): Page => {
    return { path, methods: 'read', answer: () => ({ status: 200, headers, body }) };
  };
  return [
    {
      path: '/',
      methods: 'any',
      answer: (request, root) => ({
        status: 200,
        headers: ASK_AGAIN,
        body: homePage({ shards, offer, base: base(request), root, dev }),
      }),
    },
    {
      path: '/docs',
      methods: 'read',
      answer: (_, root) => ({ status: 200, headers: ASK_AGAIN, body: consolePage(root, dev) }),
    },
    ...[...consoleFiles].map(([name, file]) => fixed(`/docs/${name}`, file, AN_HOUR)),
    fixed('/openapi.json', api, ASK_AGAIN),
    fixed('/swagger.json', api, ASK_AGAIN),
  ];
}

/** As the request says it, if it says something that can be a host. */
function baseOf({ protocol, host }: Request): string {
  return /^[\w.:[\]-]{1,255}$/.test(host ?? '') ? `${protocol}://${host}` : 'http://127.0.0.1:3000';
}

/**
 * The way from the page that was asked for to the root of the server, as the front of a link: a proxy may have put a path
 * before it that the request does not tell. Browsers resolve `..` by the slashes of the path as it was sent. Undefined
 * where there are more than `MOST_STEPS`: each of the page's links would be that long.
 */
function rootOf(path: string): string | undefined {
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
