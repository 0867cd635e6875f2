import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { launchChromium } from '../support/chromium.ts';
import { visit } from './browser.ts';
import { openSite, type Site, WORKFLOW_REPOSITORY, workflowEntry } from './site.ts';

/* Rules of WCAG 2 as axe checks them, and what a page does to a reader whose screen is narrow, or whose machine is slow. */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IDENTITY = `${WORKFLOW_REPOSITORY}/.github/workflows/release-and-publish.yml@refs/tags/v1.24.3`;

let browser: Browser;
let site: Site;
let paths: readonly string[];
beforeAll(async () => {
  browser = await launchChromium();
  site = await openSite();
  const workflow = await site.submit(workflowEntry('release'));
  for (let i = 0; i < 6; i += 1) await site.submit(hashedrekord(`artifact ${i}`));
  paths = [
    '/',
    `/search?q=${encodeURIComponent(IDENTITY)}`,
    '/search?q=nobody@example.com',
    `/entry/${workflow}`,
    '/entry/999',
    '/heads',
    '/consistency?from=3&to=7',
    '/consistency?from=9&to=3',
  ];
});
afterAll(async () => {
  await browser.close();
  await site[Symbol.asyncDispose]();
});

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe('every page', () => {
  it.each([false, true])('has no finding of axe, with all that is folded open (dark: %s)', async (dark) => {
    for (const path of paths) {
      await using seen = await visit(browser, site.base + path, { dark });
      await seen.judged();
      await seen.page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
      await seen.page.evaluate(AXE);
      const findings = await seen.page.evaluate<readonly Finding[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
      );
      expect([path, findings.map(({ id, nodes }) => [id, nodes[0]?.html])]).toEqual([path, []]);
    }
  });

  it('fits a phone, and a desktop at 400 %, without a scroll to the side', async () => {
    for (const width of [390, 320])
      for (const path of paths) {
        await using seen = await visit(browser, site.base + path, { width });
        await seen.judged();
        expect([path, width, await seen.page.evaluate('document.documentElement.scrollWidth')]).toEqual([
          path,
          width,
          width,
        ]);
      }
  });

  it('stays where it is while its steps are checked', async () => {
    for (const path of paths) {
      await using seen = await visit(browser, 'about:blank', {});
      await seen.page.goto(site.base + path);
      await seen.judged();
      const shift = await seen.page.evaluate<number>(`new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) sum += value; })
          .observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 100);
      })`);
      expect([path, shift]).toEqual([path, 0]);
    }
  });

  it('can be read and printed without scripts', async () => {
    for (const path of paths) {
      await using seen = await visit(browser, site.base + path, { scripts: false });
      expect(await seen.page.locator('main').textContent()).not.toBe('');
      await seen.page.emulateMedia({ media: 'print' });
      expect(await seen.page.locator('nav >> visible=true').count()).toBe(0);
    }
  });
});
