import type { Request, Response } from 'express';
import { dropForwarded } from '../../access/forwarded-certificate.ts';
import { authorise, type Gate } from '../../access/gate.ts';
import { type Access, ANONYMOUS_NAME, PUBLIC_PRINCIPAL } from '../../access/principal.ts';
import { plainText } from '../../apis/plain.ts';
import { addressBlock } from '../../http/address-block.ts';
import type { Answer } from '../../http/answer.ts';
import { baseOf } from '../../http/base-address.ts';
import type { Exchange } from '../../http/exchange.ts';
import { negotiate } from '../../http/negotiate.ts';
import { PAGES } from '../../http/request-meters.ts';
import { parseQuery } from '../../http/target.ts';
import { asSent, codingOf } from '../as-sent.ts';
import { errorPage } from '../error-page.ts';
import type { Frame, NavLink } from '../layout.ts';
import type { Page, PageParts } from '../page.ts';
import { pagesOf, protect } from './pages.ts';

/** A page, and the parameters of its path. */
export interface FoundPage {
  readonly page: Page;
  readonly params: Readonly<Record<string, string>>;
}

/** A request, and the front of links to the root of the server. */
interface SentRequest {
  readonly request: Request;
  readonly response: Response;
  readonly root: string;
}

const NO_PARAMETERS: FoundPage['params'] = {};
const HTML = 'text/html';

/** Finds pages by their paths, and frames them. */
export class PageRouter {
  readonly #parts: PageParts;
  readonly #gate: Gate;
  readonly #fixed: ReadonlyMap<string, Page>;
  readonly #patterns: readonly { readonly page: Page; readonly pattern: RegExp }[];
  readonly #links: readonly NavLink[];

  constructor(parts: PageParts, gate: Gate) {
    this.#parts = parts;
    this.#gate = gate;
    const pages = pagesOf(parts);
    this.#fixed = new Map(pages.filter(({ path }) => !path.includes('{')).map((page) => [page.path, page]));
    this.#patterns = pages
      .filter(({ path }) => path.includes('{'))
      .map((page) => ({ page, pattern: patternOf(page.path) }));
    this.#links = linksOf(parts);
  }

  /** The page at a path, for who takes what it is. @param accept - of the request */
  find(path: string, accept: string | undefined): FoundPage | undefined {
    const found = this.#at(path);
    if (found === undefined || !found.page.isForReaders) return found;
    return negotiate(accept, [HTML]) === undefined ? undefined : found;
  }

  /** The right that the page at a path needs; undefined where there is none. */
  accessOf(path: string): Access | undefined {
    return this.#at(path)?.page.access;
  }

  #at(path: string): FoundPage | undefined {
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) return { page: fixed, params: NO_PARAMETERS };
    for (const { page, pattern } of this.#patterns) {
      const params = pattern.exec(path)?.groups;
      if (params !== undefined) return { page, params };
    }
    return undefined;
  }

  /** Answers a request for a page that was found. @throws Unauthenticated, Forbidden, and what a page throws that is not for readers */
  async serve(exchange: Exchange, sent: SentRequest, found: FoundPage): Promise<void> {
    const { request, response, root } = sent;
    const { path, access, isForReaders } = found.page;
    protect(request, response, path);
    exchange.enter(path, { operation: PAGES });
    if (access !== 'anyone' && !this.#gate.isPublic(access)) exchange.keepPrivate();
    try {
      const answer = await this.#answered(exchange, sent, found);
      return await exchange.send(await asSent(answer, codingOf(request), isForReaders));
    } catch (thrown) {
      const refused = isForReaders ? plainText.renderFailure(thrown, '') : undefined;
      if (refused === undefined) throw thrown;
      return exchange.refuse(errorPage(refused, await this.#frame(root)), thrown);
    }
  }

  /** @throws Unauthenticated, Forbidden, and what the page throws */
  async #answered(exchange: Exchange, { request, root }: SentRequest, { page, params }: FoundPage): Promise<Answer> {
    const { access } = page;
    const principal = access === 'anyone' ? PUBLIC_PRINCIPAL : await this.#gate.authenticate(request);
    exchange.from(principal);
    authorise(principal, access);
    dropForwarded(request);
    const { name } = principal;
    return page.answer({
      root,
      params,
      principal,
      query: parseQuery(exchange.target.search),
      from: name === ANONYMOUS_NAME ? addressBlock(exchange.remote) : name,
      base: this.#parts.settings.publicUrl ?? baseOf(request),
      frame: await this.#frame(root),
      coding: codingOf(request),
      gone: () => exchange.gone,
    });
  }

  /** @param root - the front of links to the root of the server */
  async #frame(root: string): Promise<Frame> {
    const { shards, pageFiles, dev } = this.#parts;
    const files = await pageFiles?.();
    const folder = files && `pages/${files.hash}`;
    return { origin: shards.active.shard.origin, root, files: folder, dev, links: this.#links };
  }
}

/** Parameters of pages are of letters and digits: what is escaped names nothing. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{(\w+)\}/g, '(?<$1>[0-9A-Za-z]{1,80})')}$`);

function linksOf({ settings: { pages = true } }: PageParts): readonly NavLink[] {
  const readers = [
    { path: './', name: 'Search' },
    { path: 'heads', name: 'Heads' },
    { path: 'consistency', name: 'Consistency' },
  ];
  return [...(pages ? readers : [{ path: './', name: 'Home' }]), { path: 'docs', name: 'API' }];
}
