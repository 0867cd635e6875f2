import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ecdsa } from '../../api/ecdsa.ts';
import { parseEvidence } from '../../client/evidence/evidence.ts';
import { verifyEvidence } from '../../client/evidence/verify.ts';
import { parseLogKeys } from '../../client/key-text.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { launchChromium } from '../support/chromium.ts';
import { openLiar } from '../support/liar.ts';
import { visit } from './browser.ts';
import { openTwins } from './twins.ts';

/* A browser that comes back finds another log at the same address, under the same keys. */

let browser: Browser;
const submitter = newSubmitter();
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** One address behind which another log can take the place of the first. */
async function openFront() {
  let target = '';
  const liar = await openLiar(async (path) => {
    const answer = await fetch(target + path, { headers: { accept: '*/*' } });
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
  });
  return Object.assign(liar, { leadTo: (base: string) => void (target = base) });
}

describe('a log that has forked', () => {
  it.each([
    ['another log of the same size', 3, 3],
    ['a larger log with another beginning', 3, 6],
  ])('takes the whole page, and gives evidence that convicts it: %s', async (_, mine, others) => {
    await using twins = await openTwins(2);
    const [one, other] = twins.sites;
    for (let i = 0; i < mine; i += 1) await one.submit(hashedrekord(`one ${i}`, submitter));
    for (let i = 0; i < others; i += 1) await other.submit(hashedrekord(`other ${i}`, submitter));
    await using front = await openFront();
    front.leadTo(one.base);
    await using seen = await visit(browser, `${front.base}/heads`);
    await seen.judged();
    front.leadTo(other.base);
    await seen.page.goto(`${front.base}/entry/2`);
    await seen.page.waitForSelector('dialog.fork[open]');
    expect((await seen.verdicts())['consistency']).toBe('fails');
    expect(await seen.page.textContent('.fork h2')).toBe('This log has forked');
    const [download] = await Promise.all([seen.page.waitForEvent('download'), seen.page.click('.fork a')]);
    const keys = parseLogKeys(await (await fetch(`${one.base}/api/v1/log/publicKey`)).text());
    const evidence = parseEvidence(readFileSync(await download.path(), 'utf8'));
    expect(verifyEvidence(evidence, keys, ecdsa)).toMatchObject({ holds: true });
    await seen.page.goto(`${front.base}/`);
    await seen.page.waitForSelector('dialog.fork[open]'); // the head that convicts it is not forgotten
    expect(seen.complaints).toEqual([]);
  });

  it('is no fork where it only shows fewer entries: that is said', async () => {
    await using twins = await openTwins(2);
    const [one, other] = twins.sites;
    await one.submit(hashedrekord('one', submitter));
    await using front = await openFront();
    front.leadTo(one.base);
    await using seen = await visit(browser, `${front.base}/`);
    await seen.judged();
    front.leadTo(other.base);
    await seen.page.goto(`${front.base}/`);
    await seen.page.waitForSelector('#growth[data-verdict=fails]');
    expect(await seen.page.textContent('#growth')).toContain('shows 3 entries, and this browser has seen 4');
  });
});
