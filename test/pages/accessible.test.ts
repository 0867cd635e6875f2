import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { launchChromium } from '../support/chromium.ts';
import { type Visit, visit } from './browser.ts';
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

const SHIFT = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const { value } of list.getEntries()) sum += value; })
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(sum), 50);
})`;

/** Names of the rules that a page breaks, each with one place. */
async function findingsOn({ page }: Visit): Promise<readonly unknown[]> {
  const run = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`;
  const findings = await page.evaluate<readonly Finding[]>(run);
  return findings.map(({ id, nodes }) => [id, nodes[0]?.html]);
}

describe('every page', () => {
  it('stays where it is while it is checked, fits a phone and 400 %, and has no finding of axe in either theme', async () => {
    for (const path of paths) {
      await using seen = await visit(browser, site.base + path);
      const { page } = seen;
      await seen.judged();
      expect([path, 'shift', await page.evaluate<number>(SHIFT)]).toEqual([path, 'shift', 0]);
      await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
      await page.evaluate(AXE);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect([path, colorScheme, await findingsOn(seen)]).toEqual([path, colorScheme, []]);
      }
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const seenWidth = await page.evaluate('document.documentElement.scrollWidth');
        expect([path, width, seenWidth]).toEqual([path, width, width]);
      }
    }
  });

  it('can be read and printed without scripts', async () => {
    await using seen = await visit(browser, 'about:blank', { scripts: false });
    await seen.page.emulateMedia({ media: 'print' });
    for (const path of paths) {
      await seen.page.goto(site.base + path);
      expect(await seen.page.locator('main').textContent()).not.toBe('');
      expect(await seen.page.locator('nav >> visible=true').count()).toBe(0);
    }
  });
});
