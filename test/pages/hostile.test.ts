import { generateKeyPairSync, hash, sign } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedrekordOf, intoto002, newSubmitter } from '../../testkit/proposals.ts';
import { launchChromium } from '../support/chromium.ts';
import { visit } from './browser.ts';
import { certificateFor } from './certificates.ts';
import { openSite, type Site } from './site.ts';

/* Texts of strangers that would do something if a page took them for anything but texts. */

const SCRIPTS = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`;
const IDENTITIES: readonly (readonly [name: string, uri: string])[] = [
  ['script in a name', `https://example.com/${SCRIPTS}`],
  ['javascript URL', 'javascript:alert(3)'],
  ['data URL', 'data:text/html,<script>alert(4)</script>'],
  ['URL with a password', 'https://user:pass@example.com/'],
  ['SVG', 'x:<svg onload=alert(5)><a xlink:href="javascript:alert(6)">'],
  ['template syntax', '{{constructor.constructor("alert(7)")()}} ${alert(8)} <%= alert(9) %>'],
  ['bidi marks', 'https://example.com/\u202Egnp.exe\u2066x'],
  ['right-to-left', 'https://example.com/\u05E9\u05DC\u05D5\u05DD-\u0645\u0631\u062D\u0628\u0627'],
  ['30 KiB', `https://example.com/${'a'.repeat(30_000)}`],
  ['quotes', `x:"'><b title="`],
];

/** The text as a name that a certificate may have: the log takes URIs as Go does. */
const nameOf = (text: string): string =>
  /^[\x21-\x7e]+$/.test(text) && !/[%{}<>"^`]/.test(text) ? text : `x:${encodeURIComponent(text)}`;

let browser: Browser;
let site: Site;
const entries: (readonly [string, number])[] = [];
beforeAll(async () => {
  browser = await launchChromium();
  site = await openSite();
  for (const [name, uri] of IDENTITIES) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const digest = { algorithm: 'sha256', value: hash('sha256', name) };
    const pem = certificateFor(publicKey, { uri: nameOf(uri), repository: uri.slice(0, 2000) });
    entries.push([name, await site.submit(hashedrekordOf(digest, sign('sha256', Buffer.from(name), privateKey), pem))]);
  }
  const statement = {
    subject: [{ name: SCRIPTS, digest: { sha256: SCRIPTS } }],
    predicateType: SCRIPTS,
    predicate: { x: SCRIPTS },
  };
  entries.push(['statement', await site.submit(intoto002(JSON.stringify(statement), newSubmitter()))]);
});
afterAll(async () => {
  await browser.close();
  await site[Symbol.asyncDispose]();
});

describe('hostile entries', () => {
  it('are texts and nothing else, on their own pages', async () => {
    for (const [name, index] of entries) {
      await using seen = await visit(browser, `${site.base}/entry/${index}`, { width: 390 });
      await seen.judged();
      const links = await seen.page.evaluate<string[]>(
        `[...document.querySelectorAll('main a')].map(({ href }) => href)`,
      );
      expect([name, links.filter((href) => !/^https?:/.test(href))]).toEqual([name, []]);
      expect([name, links.filter((href) => href.includes('@example'))]).toEqual([name, []]);
      expect([
        name,
        await seen.page.evaluate(`document.querySelectorAll('main img, main svg a, main b').length`),
      ]).toEqual([name, 0]);
      expect([name, await seen.page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 390]);
      expect([name, seen.complaints]).toEqual([name, []]);
      expect([name, (await seen.verdicts())['inclusion']]).toEqual([name, 'holds']);
    }
  });

  it('are texts in the list of hits, and in the search field', async () => {
    for (const [name, uri] of IDENTITIES.filter(([one]) => /script|template|quotes/.test(one))) {
      await using seen = await visit(browser, `${site.base}/search?q=${encodeURIComponent(uri)}`);
      expect([name, await seen.page.inputValue('#q')]).toEqual([name, uri.trim()]);
      expect([name, seen.complaints]).toEqual([name, []]);
    }
  });

  it('show marks that nobody sees, and turn no text around them', async () => {
    const index = entries.find(([name]) => name === 'bidi marks')?.[1];
    await using seen = await visit(browser, `${site.base}/entry/${index}`);
    expect(await seen.page.textContent('.unseen')).toBe('U+202E');
    expect(await seen.page.evaluate(`getComputedStyle(document.querySelector('bdi')).unicodeBidi`)).toBe('isolate');
  });
});

describe('a keyboard alone', () => {
  it('finds an entry from the first screen, and comes back to the search', async () => {
    await using seen = await visit(browser, `${site.base}/`);
    await seen.judged();
    await seen.page.keyboard.press('/');
    await seen.page.keyboard.type(hash('sha256', 'quotes'));
    expect(await seen.page.textContent('#q-kind')).toContain('a SHA-256');
    await seen.page.keyboard.press('Enter');
    await seen.page.waitForSelector('table.hits');
    for (let presses = 0; presses < 20; presses += 1) {
      await seen.page.keyboard.press('Tab');
      if ((await seen.page.evaluate(`document.activeElement.closest('td, tbody th') !== null`)) === true) break;
    }
    await seen.page.keyboard.press('Enter');
    await seen.page.waitForSelector('#entry-claims', { state: 'attached' });
    await seen.page.keyboard.press('/');
    await seen.page.waitForURL(`${site.base}/`);
    expect(seen.complaints).toEqual([]);
  });
});

describe('a file', () => {
  it('is hashed in the page, and never sent', async () => {
    await using seen = await visit(browser, `${site.base}/`);
    const content = Buffer.from('quotes');
    await seen.page.setInputFiles('#file', {
      name: 'secret-name.bin',
      mimeType: 'application/octet-stream',
      buffer: content,
    });
    await seen.page.waitForURL(/search/);
    expect(seen.page.url()).toBe(`${site.base}/search?q=sha256:${hash('sha256', 'quotes')}`);
    expect(await seen.page.locator('table.hits tbody tr').count()).toBe(1);
    expect(seen.requests.filter((url) => url.includes('secret'))).toEqual([]);
  });
});
