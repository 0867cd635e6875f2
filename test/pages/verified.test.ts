import { hash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dsse, hashedrekord, intoto002, newSubmitter, statement } from '../../testkit/proposals.ts';
import { type Altered, openAlteringProxy } from '../support/altering-proxy.ts';
import { sceneWith } from '../server/witnessing.ts';
import { IndependentWitness } from '../support/independent-witness.ts';
import { launchChromium } from '../support/chromium.ts';
import { type Visit, visit } from './browser.ts';
import { openSite, type Site, workflowEntry } from './site.ts';

/* Each proof is checked in a real browser: that it holds, and that a log that lies is found out. */

let browser: Browser;
let site: Site;
let workflow: number;
const submitter = newSubmitter();
beforeAll(async () => {
  browser = await launchChromium();
  site = await openSite();
  workflow = await site.submit(workflowEntry('release'));
  for (let i = 0; i < 9; i += 1) await site.submit(hashedrekord(`artifact ${i}`, submitter));
  await site.submit(dsse(statement('dsse'), submitter));
  await site.submit(intoto002(statement('intoto'), submitter));
});
afterAll(async () => {
  await browser.close();
  await site[Symbol.asyncDispose]();
});

const HELD = { signature: 'holds', inclusion: 'holds', checkpoint: 'holds', set: 'holds', cosignature: 'unknown' };

describe('an honest log', () => {
  it('has every step of an entry hold, asks no other server, and breaks no rule of the policy', async () => {
    await using seen = await visit(browser, `${site.base}/entry/${workflow}`);
    await seen.judged();
    expect(await seen.verdicts()).toEqual({ ...HELD, consistency: 'unknown' });
    expect(seen.requests.filter((url) => !url.startsWith(site.base))).toEqual([]);
    expect(seen.complaints).toEqual([]);
    expect(await seen.page.locator('.node.holds').count()).toBeGreaterThan(4);
    expect(await seen.page.locator('.fails').count()).toBe(0);
  });

  it('has the signature of each kind checked as far as the log holds what was signed', async () => {
    const last = site.opened.shards.size - 1;
    for (const [index, signature] of [
      [0, 'holds'],
      [workflow + 1, 'holds'],
      [last - 1, 'unknown'],
      [last, 'holds'],
    ] as const) {
      await using seen = await visit(browser, `${site.base}/entry/${index}`);
      await seen.judged();
      expect([index, await seen.verdicts()]).toEqual([index, { ...HELD, signature, consistency: 'unknown' }]);
    }
  });

  it('proves consistency between any two sizes in the page', async () => {
    for (const [from, to] of [
      [1, 2],
      [3, 7],
      [8, 11],
      [5, 5],
      [4, 12],
    ]) {
      await using seen = await visit(browser, `${site.base}/consistency?from=${from}&to=${to}`);
      await seen.judged();
      expect([from, to, await seen.verdicts()]).toEqual([from, to, { consistency: 'holds', checkpoint: 'holds' }]);
    }
  });

  it('has its newest head checked, and its growth since the last visit', async () => {
    await using seen = await visit(browser, `${site.base}/heads`);
    await seen.judged();
    expect(await seen.verdicts()).toEqual({ consistency: 'unknown', checkpoint: 'holds', cosignature: 'unknown' });
    await site.submit(hashedrekord('later', submitter));
    await seen.page.goto(`${site.base}/`);
    await seen.judged();
    expect(await seen.verdicts()).toEqual({ consistency: 'holds' });
    expect(await seen.page.textContent('#growth')).toMatch(/Grown from \d+ to \d+ entries .* proved/);
  });

  it('weighs less than 60 kB with everything that its first page asks for', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) =>
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize)),
    );
    await page.goto(`${site.base}/entry/${workflow}`, { waitUntil: 'networkidle' });
    const all = await Promise.all(sizes);
    expect(all.length).toBeGreaterThan(3);
    expect(all.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
    await context.close();
  });
});

/** A visit to an entry through a proxy that changes answers. */
async function visitThrough(
  path: string,
  alter: (path: string, text: string) => string,
  use: (seen: Visit) => Promise<void>,
): Promise<void> {
  await using proxy = openAlteringProxy(site.base);
  const base = await proxy.lying((asked, { body, headers }): Altered => {
    if (asked.startsWith('/pages/') || !/html|json|plain/.test(headers['content-type'] ?? '')) return undefined;
    return { body: Buffer.from(alter(asked, body.toString())) };
  });
  await using seen = await visit(browser, base + path);
  await seen.judged();
  await use(seen);
}

/** The answer of the API to the entry that the tests lie about. */
async function honest() {
  const answer = (await (await fetch(`${site.base}/api/v1/log/entries?logIndex=${workflow}`)).json()) as Record<
    string,
    {
      readonly verification: {
        readonly signedEntryTimestamp: string;
        readonly inclusionProof: { readonly hashes: readonly string[]; readonly rootHash: string };
      };
    }
  >;
  const [entry] = Object.values(answer);
  if (entry === undefined) throw new Error('the entry is there');
  return entry.verification;
}

const flipped = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);

/** Where a log lies: in its pages, in its API, or in both alike. */
const WHERE = [
  ['everywhere', /./],
  ['in its pages', /^\/entry/],
  ['in its API', /^\/api/],
] as const;

describe.each(WHERE)('a log that lies %s', (_, where) => {
  it('is found out by a wrong sibling, and the step that it is in', async () => {
    const [, , sibling = ''] = (await honest()).inclusionProof.hashes;
    const lie = (path: string, text: string): string =>
      where.test(path) ? text.replaceAll(sibling, flipped(sibling)) : text;
    await visitThrough(`/entry/${workflow}`, lie, async (seen) => {
      expect((await seen.verdicts())['inclusion']).toBe('fails');
      expect(await seen.page.textContent('[data-check=inclusion] .why')).toContain('step 3');
      expect(await seen.page.getAttribute('[data-node=sibling-2]', 'class')).toContain('fails');
      expect(await seen.page.getAttribute('[data-node=sibling-0]', 'class')).not.toContain('fails');
    });
  });

  it('is found out by a wrong root', async () => {
    const { rootHash } = (await honest()).inclusionProof;
    const lie = (path: string, text: string): string =>
      where.test(path) ? text.replaceAll(rootHash, flipped(rootHash)) : text;
    await visitThrough(`/entry/${workflow}`, lie, async (seen) => {
      expect((await seen.verdicts())['inclusion']).toBe('fails');
    });
  });

  it('is found out by a forged signed entry timestamp', async () => {
    const { signedEntryTimestamp: real } = await honest();
    const forged = `${real.slice(0, 30)}${real[30] === 'A' ? 'B' : 'A'}${real.slice(31)}`;
    const lie = (path: string, text: string): string => (where.test(path) ? text.replaceAll(real, forged) : text);
    await visitThrough(`/entry/${workflow}`, lie, async (seen) => {
      expect(await seen.verdicts()).toMatchObject({ set: 'fails', inclusion: 'holds' });
    });
  });
});

describe('a witnessed log', () => {
  it('has the cosignature of its witness checked, with its time, and found out if it is forged', async () => {
    await using scene = await sceneWith(new IndependentWitness('witness.test'));
    await using witnessed = await scene.open('--witness', 'require');
    for (let i = 0; i < 3; i += 1) await witnessed.post('/api/v1/log/entries', hashedrekord(`seen ${i}`, submitter));
    const { base } = witnessed.ask;
    for (const path of ['/entry/1', '/heads']) {
      await using seen = await visit(browser, base + path);
      await seen.judged();
      expect([path, (await seen.verdicts())['cosignature']]).toEqual([path, 'holds']);
      expect(await seen.page.textContent('main')).toContain('witness.test');
    }
    const { checkpoint = '' } = witnessed.log.log.head();
    const [line = ''] = checkpoint.split('\n').filter((one) => one.includes('witness.test'));
    const forged = `${line.slice(0, -6)}${line.at(-6) === 'A' ? 'B' : 'A'}${line.slice(-5)}`;
    await using proxy = openAlteringProxy(base);
    const lying = await proxy.lying((asked, { body }) =>
      asked.startsWith('/entry')
        ? { body: Buffer.from(body.toString().replaceAll(line.slice(2), forged.slice(2))) }
        : undefined,
    );
    await using lied = await visit(browser, `${lying}/entry/1`);
    await lied.judged();
    expect(await lied.verdicts()).toMatchObject({ cosignature: 'fails', inclusion: 'holds' });
  });
});

describe('a log that shows another body', () => {
  it('is found out by its hash', async () => {
    const digest = hash('sha256', 'release');
    const lie = (path: string, text: string): string =>
      path.startsWith('/entry') ? text.replaceAll(digest, flipped(digest)) : text;
    await visitThrough(`/entry/${workflow}`, lie, async (seen) => {
      expect(await seen.verdicts()).toMatchObject({ inclusion: 'fails', signature: 'fails', set: 'fails' });
    });
  });
});
