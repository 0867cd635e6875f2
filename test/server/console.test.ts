import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askOf } from '../support/ask.ts';
import { launchChromium } from '../support/chromium.ts';
import { openTestLog } from '../support/log.ts';
import { openPrefixProxy } from '../support/prefix-proxy.ts';
import type { document } from './variants.ts';

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
let browser: Browser;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

/** Opens a page, and keeps what it asks for and complains about. */
async function open(path: string, options: { width: number; dark?: boolean; base?: string }) {
  const page = await browser.newPage({
    viewport: { width: options.width, height: 800 },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(new URL(path, options.base ?? asking.base).href);
  return { page, requests, complaints };
}

describe('/docs in a browser, under its content policy', () => {
  it('shows every operation, tries one, and asks no other server', async () => {
    const { page, requests, complaints } = await open('/docs', { width: 1000 });
    await page.waitForSelector('.opblock');
    const { paths } = JSON.parse((await asking.get('/openapi.json')).text) as typeof document;
    const operations = Object.values(paths).flatMap((path) => Object.keys(path));
    expect(await page.locator('.opblock').count()).toBe(operations.length);
    await page.click('#operations-log-getLogInfo .opblock-summary-control');
    await page.click('#operations-log-getLogInfo .try-out__btn');
    await page.click('#operations-log-getLogInfo .execute');
    await page.waitForSelector('#operations-log-getLogInfo .live-responses-table');
    const shown = await page.textContent('#operations-log-getLogInfo .live-responses-table');
    expect(shown).toContain(opened.log.shard.treeId);
    expect(requests.filter((url) => !url.startsWith(asking.base) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('/docs in the colours of its reader', () => {
  it.each([false, true])('has no slab of the other colour (dark: %s)', async (dark) => {
    const { page, complaints } = await open('/docs', { width: 1000, dark });
    await page.waitForSelector('.opblock');
    // Every background that is painted, from the page down to an operation, and the lightness of each from 0 to 255.
    const seen = await page.evaluate<readonly number[]>(`
      ['html', 'body', '#console', '.swagger-ui', '.swagger-ui .scheme-container', '.swagger-ui .opblock-tag']
        .map((one) => getComputedStyle(document.querySelector(one)).backgroundColor.match(/[\\d.]+/g).map(Number))
        .filter(([, , , alpha = 1]) => alpha > 0)
        .map(([red, green, blue]) => (red + green + blue) / 3)
    `);
    expect(seen.filter((lightness) => lightness > 128 === dark)).toEqual([]);
    const text = await page.evaluate<string>(`getComputedStyle(document.querySelector('.swagger-ui .title')).color`);
    expect(Number(/\d+/.exec(text)?.[0]) > 128).toBe(dark);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('the pages below a path that a proxy puts before them', () => {
  it.each(['docs', 'docs/', '.'])('have links, files and a console that work: %s', async (start) => {
    await using proxy = await openPrefixProxy(asking.base);
    const { page, complaints } = await open(start, { width: 1000, base: proxy.base });
    const links = await page.evaluate<string[]>(`[...document.querySelectorAll('a[href]')].map(({ href }) => href)`);
    const own = links.filter((link) => link.startsWith(new URL('/', proxy.base).href));
    expect(own.length).toBeGreaterThan(0);
    for (const link of own) expect([link, (await page.request.get(link)).status()]).toEqual([link, 200]);
    if (start.startsWith('.')) await page.click('text=Console');
    await page.waitForSelector('.opblock');
    await page.click('#operations-log-getLogInfo .opblock-summary-control');
    await page.click('#operations-log-getLogInfo .try-out__btn');
    await page.click('#operations-log-getLogInfo .execute');
    await page.waitForSelector('#operations-log-getLogInfo .live-responses-table');
    expect(proxy.seen.filter(([, status]) => status !== 200)).toEqual([]);
    expect(proxy.seen.map(([path]) => path)).toContain('/stele/api/v1/log');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('/ in a browser', () => {
  it.each([false, true])('fits a phone, and follows its colours (dark: %s)', async (dark) => {
    const { page, complaints } = await open('/', { width: 360, dark });
    const seen = await page.evaluate<{ width: number; color: string }>(
      `({ width: document.documentElement.scrollWidth, color: getComputedStyle(document.body).color })`,
    );
    expect(seen).toEqual({ width: 360, color: dark ? 'rgb(236, 234, 228)' : 'rgb(29, 28, 26)' });
    expect(complaints).toEqual([]);
    await page.close();
  });
});
