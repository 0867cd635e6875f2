import type { Request, Response } from 'express';
import helmet from 'helmet';
import { type Answer, type Headers, type OtherText, json } from '../../http/answer.ts';
import { downloads } from '../entry/downloads.ts';
import { entryPage } from '../entry/entry-page.ts';
import { findEntry } from '../entry/find.ts';
import { consistencyPage } from '../heads/consistency-page.ts';
import { headsPage } from '../heads/heads-page.ts';
import { homePage } from '../search/home.ts';
import { type Frame, html, renderPage } from '../layout.ts';
import { notFound } from '../not-found.ts';
import type { Page, PageParts, PageRequest } from '../page.ts';
import { PAGE_FILES } from '../page-files.ts';
import { operatorPage } from '../operator/operator-page.ts';
import { searchPage } from '../search/search-page.ts';

const READ: readonly string[] = ['GET', 'HEAD'];
const CONSOLE = '/docs';
const ASK_AGAIN: Headers = { 'Cache-Control': 'no-cache' };
const AN_HOUR: Headers = { 'Cache-Control': 'public, max-age=3600' };
/** Names of scripts and styles have the hash of all of them. */
const VARY: Headers = { Vary: 'Origin, Accept-Encoding' };
const FOR_EVER: Headers = { 'Cache-Control': 'public, max-age=31536000, immutable' };

/** @param trustedTypes - policies that scripts may make HTML by */
const policyWith = (trustedTypes: string) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': [trustedTypes],
      },
    },
    strictTransportSecurity: false, // for whoever terminates TLS to decide
  });

const strictPolicy = policyWith("'none'");
/** React makes HTML of texts that DOMPurify has cleaned: the console says so by a default policy of its own. */
const consolePolicy = policyWith('default dompurify');

/** Sets the headers of a page that protect who looks at it: an answer of an API is no place for a content policy. */
export function protect(request: Request, response: Response, path: string): void {
  const policy = path === CONSOLE ? consolePolicy : strictPolicy;
  policy(request, response, (fault: unknown) => {
    if (fault !== undefined) throw new Error('the content policy could not be set', { cause: fault });
  });
}

/** All pages: fixed paths before those with parameters. */
export function pagesOf(parts: PageParts): readonly Page[] {
  const { pages = true } = parts.settings;
  return [...fixedPages(parts), ...filePages(parts), ...(pages ? readerPages(parts) : [])];
}

function filePages({ pageFiles }: PageParts): readonly Page[] {
  if (pageFiles === undefined) return [];
  return PAGE_FILES.map((name) => ({
    path: `/pages/{hash}/${name}`,
    access: 'anyone',
    methods: READ,
    isForReaders: false,
    answer: async ({ params, coding }) => {
      const { hash, files } = await pageFiles();
      const file = files.get(name);
      if (file === undefined || params['hash'] !== hash)
        return { status: 404, headers: { 'Cache-Control': 'no-store' } };
      const coded =
        coding === undefined ? { ...FOR_EVER, ...VARY } : { ...FOR_EVER, ...VARY, 'Content-Encoding': coding };
      const bytes = { br: file.brotli, gzip: file.gzip, plain: file.plain }[coding ?? 'plain'];
      return { status: 200, headers: coded, body: { type: file.type, text: bytes } };
    },
  }));
}

function fixedPages(parts: PageParts): readonly Page[] {
  const { shards, document, consoleFiles, settings, offer } = parts;
  const { publicUrl, pages = true } = settings;
  const api = json(publicUrl === undefined ? document : { ...document, servers: [{ url: publicUrl }] });
  const fixed = (path: string, body: Answer['body'] & object, headers: Headers): Page => {
    return {
      path,
      access: 'anyone',
      methods: READ,
      isForReaders: false,
      answer: () => ({ status: 200, headers, body }),
    };
  };
  return [
    {
      path: '/',
      access: 'audit', // it shows the newest head
      methods: 'any',
      isForReaders: false,
      answer: ({ base, frame, principal }) => ({
        status: 200,
        headers: ASK_AGAIN,
        body: homePage({ shards, offer, base, frame, principal, hasSearch: pages }),
      }),
    },
    {
      path: CONSOLE,
      access: 'anyone',
      methods: READ,
      isForReaders: false,
      answer: ({ frame }) => ({ status: 200, headers: ASK_AGAIN, body: consolePage(frame) }),
    },
    ...[...consoleFiles].map(([name, file]) => fixed(`/docs/${name}`, file, AN_HOUR)),
    fixed('/openapi.json', api, ASK_AGAIN),
    fixed('/swagger.json', api, ASK_AGAIN),
  ];
}

function readerPages(parts: PageParts): readonly Page[] {
  const page = (path: string, access: Page['access'], answer: Page['answer']): Page => {
    return { path, access, methods: READ, isForReaders: true, answer };
  };
  return [
    page('/search', 'search', (asked) => searchPage(asked, parts)),
    page('/heads', 'audit', (asked) => headsPage(asked, parts)),
    page('/consistency', 'audit', (asked) => consistencyPage(asked, parts)),
    page('/operator', 'admin', (asked) => operatorPage(asked, parts)),
    page('/entry/{id}', 'read', (asked) => answerEntry(asked, parts)),
    ...downloads(parts).map((download): Page => ({ ...download, access: 'read', methods: READ, isForReaders: false })),
  ];
}

async function answerEntry(asked: PageRequest, parts: PageParts): Promise<Answer> {
  const { id = '' } = asked.params;
  const { shards, offer, witnesses = [] } = parts;
  const entry = await findEntry(id, asked, parts);
  if (entry === undefined) return notFound(asked, 'The log has no such entry.');
  const log = shards.byTree(entry.shard.treeId) ?? shards.active;
  return { status: 200, headers: ASK_AGAIN, body: entryPage(entry, asked, { log, offer, witnesses }) };
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

function consolePage(frame: Frame): OtherText<string> {
  const { root } = frame;
  return renderPage({
    title: 'Console',
    description: 'Every operation of the API, to read and to try.',
    head: html`<link rel="stylesheet" href="${root}docs/swagger-ui.css" />
      <script src="${root}docs/swagger-ui-bundle.js" defer></script>
      <script src="${root}docs/start.js" defer></script> `,
    main: html`<div id="console"></div>
      <noscript
        ><p>The console needs JavaScript; the <a href="${root}openapi.json">OpenAPI document</a> does not.</p></noscript
      >`,
    frame,
  });
}
