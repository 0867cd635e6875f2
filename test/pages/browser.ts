import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** A page in a browser that has seen nothing before, and what it did. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses that were asked. */
  readonly requests: readonly string[];
  /** Messages of the console, errors of scripts, and dialogs: none is expected. */
  readonly complaints: readonly string[];
  /** Verdicts by the name of their step; of several the worst. */
  verdicts(): Promise<Readonly<Record<string, string>>>;
  /** Waits until each step of the page has been judged. */
  judged(): Promise<void>;
}

export interface VisitOptions {
  readonly width?: number;
  readonly dark?: boolean;
  readonly scripts?: boolean;
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1200, dark = false, scripts = true } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: scripts,
  });
  const page = await context.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(url);
  return {
    page,
    context,
    requests,
    complaints,
    verdicts: () => page.evaluate<Readonly<Record<string, string>>>(VERDICTS),
    judged: async () => {
      await expect.poll(() => page.evaluate(JUDGED), { timeout: 20_000 }).toBe(true);
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

const VERDICTS = `(() => {
  const all = {};
  const rank = { unknown: 0, holds: 1, fails: 2 };
  for (const { dataset: { check, verdict } } of document.querySelectorAll('[data-check]'))
    if (!(check in all) || rank[verdict] > rank[all[check]]) all[check] = verdict;
  return all;
})()`;

/** Scripts say something else of each step than the server did, but where there is nothing to check. */
const JUDGED = `[...document.querySelectorAll('[data-check] .verdict')].every(({ textContent }) => textContent !== 'not checked yet')
  && !document.querySelector('#growth .why')?.textContent.includes('A browser that runs scripts')`;
