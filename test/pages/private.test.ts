import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateServer, startPrivateServer } from '../access/private-server.ts';
import { basic } from '../access/private-log.ts';
import { launchChromium } from '../support/chromium.ts';
import { readPage } from './site.ts';

/* Pages of a log that asks who is there: the rights are those of the API. */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let log: PrivateServer;
let admin: string;
beforeAll(async () => {
  browser = await launchChromium();
  log = await startPrivateServer('--metrics-listen', '127.0.0.1:0');
  admin = await log.token('root', ['admin']);
});
afterAll(async () => {
  await browser.close();
  await log[Symbol.asyncDispose]();
});

describe('the pages of a private log', () => {
  it('need the rights that the API needs, and are kept by no cache', async () => {
    const needs = [
      ['/', log.reader],
      ['/search?q=1', log.reader],
      [`/entry/${log.index}`, log.reader],
      [`/entry/${log.index}/body.json`, log.reader],
      ['/heads', log.reader],
      ['/consistency', log.reader],
      ['/operator', admin],
    ] as const;
    for (const [path, token] of needs) {
      const nobody = await readPage(log.server.base, path);
      expect([path, nobody.status, nobody.headers.get('www-authenticate')?.includes('Basic')]).toEqual([
        path,
        401,
        true,
      ]);
      const wrong = await readPage(log.server.base, path, basic(token === admin ? log.reader : log.writer));
      expect([path, wrong.status]).toEqual([path, 403]);
      const right = await readPage(log.server.base, path, basic(token));
      expect([path, right.status, right.headers.get('cache-control')]).toEqual([path, 200, 'no-store']);
    }
  });

  it('say nothing of the log to who may not know it', async () => {
    const { text } = await readPage(log.server.base, '/heads');
    expect(text).toContain('this needs a credential with the right audit');
    expect(text).not.toContain('head-claims');
    const searcher = await log.token('searcher', ['search']);
    const hits = await readPage(log.server.base, `/search?q=${log.index}`, basic(searcher));
    expect(hits.text).not.toContain('hashedrekord');
    expect(hits.text).not.toContain('head-claims');
  });

  it('are checked in a browser that was given a token', async () => {
    const context = await browser.newContext({ httpCredentials: { username: 'user', password: log.reader } });
    const page = await context.newPage();
    await page.goto(`${log.server.base}/entry/${log.index}`);
    await expect.poll(() => page.getAttribute('[data-check=inclusion]', 'data-verdict')).toBe('holds');
    await expect.poll(() => page.getAttribute('[data-check=set]', 'data-verdict')).toBe('holds');
    await context.close();
  });
});

describe('the page of the operator', () => {
  it('shows what is measured, and has no finding of axe', async () => {
    const context = await browser.newContext({ httpCredentials: { username: 'user', password: admin } });
    const page = await context.newPage();
    await page.goto(`${log.server.base}/operator`);
    const text = (await page.textContent('main')) ?? '';
    for (const part of ['Entries', 'Free', 'Database', 'createLogEntry', 'stele token list'])
      expect(text).toContain(part);
    await page.evaluate(AXE);
    const findings = await page.evaluate<readonly { id: string }[]>(`axe.run().then(({ violations }) => violations)`);
    expect(findings.map(({ id }) => id)).toEqual([]);
    await context.close();
  });
});
