import { hash } from 'node:crypto';
import { verifyBundle } from '../../api/bundle.ts';
import { verifyTlogProof } from '../../api/notes.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dsse, hashedrekord, intoto002, newSubmitter, statement } from '../../testkit/proposals.ts';
import { openSite, type Site, WORKFLOW_REPOSITORY, workflowEntry } from './site.ts';

/* Pages as a reader without scripts gets them: curl, a text browser, a search engine. */

let site: Site;
let workflow: number;
const submitter = newSubmitter();
beforeAll(async () => {
  site = await openSite();
  workflow = await site.submit(workflowEntry('release'));
  for (let i = 0; i < 45; i += 1) await site.submit(hashedrekord(`artifact ${i}`, submitter));
  await site.submit(dsse(statement('dsse'), submitter));
  await site.submit(intoto002(statement('intoto'), submitter));
});
afterAll(() => site[Symbol.asyncDispose]());

const search = (q: string, more = ''): ReturnType<Site['read']> =>
  site.read(`/search?q=${encodeURIComponent(q)}${more}`);
const hitsIn = (text: string): number[] =>
  [...text.matchAll(/<a href="entry\/(\d+)"/g)].map(([, index]) => Number(index));

describe('a search without scripts', () => {
  it('finds an entry by the digest of its artifact, and says of what kind the input is', async () => {
    const digest = hash('sha256', 'artifact 7');
    for (const q of [digest, `sha256:${digest}`, digest.toUpperCase()]) {
      const { status, text } = await search(q);
      expect(status).toBe(200);
      expect(hitsIn(text)).toEqual([workflow + 8]);
      expect(text).toMatch(/data-kind="(hash|digest)"/);
    }
  });

  it('finds an entry by index, uuid and entry id, identity and key', async () => {
    const answer = (await (await fetch(`${site.base}/api/v1/log/entries?logIndex=${workflow}`)).json()) as object;
    const [id = ''] = Object.keys(answer);
    const { read } = site;
    expect(hitsIn((await search(String(workflow))).text)).toEqual([workflow]);
    expect(hitsIn((await search(id)).text)).toEqual([workflow]);
    expect(hitsIn((await search(id.slice(16))).text)).toEqual([workflow]);
    const page = await read(`/entry/${id.slice(16)}`);
    expect(page.text).toContain(`<h1>Entry ${workflow}</h1>`);
    const identity = `${WORKFLOW_REPOSITORY}/.github/workflows/release-and-publish.yml@refs/tags/v1.24.3`;
    expect(hitsIn((await search(identity)).text)).toEqual([workflow]);
    const byKey = await search(submitter.pem.replaceAll('\n', ''));
    expect(byKey.text).toContain('data-kind="key"');
    expect(hitsIn(byKey.text)[0]).toBe(workflow + 1);
  });

  it('goes on to the end in the order of the log, and says through which entry it is complete', async () => {
    const all: number[] = [];
    let path: string | undefined = `/search?q=${encodeURIComponent(submitter.pem)}`;
    const pages: string[] = [];
    while (path !== undefined && pages.length < 10) {
      const { text } = await site.read(path);
      pages.push(text);
      all.push(...hitsIn(text));
      const [, next] = /<a href="([^"]+)" rel="next"/.exec(text) ?? [];
      path = next === undefined ? undefined : `/${next.replaceAll('&#38;', '&')}`;
    }
    expect(pages).toHaveLength(3);
    expect(all).toEqual(Array.from({ length: 47 }, (_, i) => workflow + 1 + i));
    expect(pages.at(-1)).toContain(`Complete through entry ${site.opened.shards.size - 1}.`);
    expect(pages.at(-1)).toContain('These are all.');
  });

  it('joins terms by AND and OR, and names what cannot be joined', async () => {
    const [a, b] = [hash('sha256', 'artifact 1'), hash('sha256', 'artifact 2')];
    expect(hitsIn((await search(`${a} OR ${b}`)).text)).toEqual([workflow + 2, workflow + 3]);
    expect(hitsIn((await search(`${a} AND ${b}`)).text)).toEqual([]);
    expect((await search(`${a} AND 3`)).text).toContain('an index or an entry id names one entry');
    expect((await search(`${a} AND 3`)).status).toBe(400);
    expect((await search(`a AND b OR c`)).text).toContain('all by AND or all by OR');
  });

  it('finds nothing and says so', async () => {
    const { text, status } = await search('nobody@example.com');
    expect([status, hitsIn(text)]).toEqual([200, []]);
    expect(text).toContain('No entry matches.');
    expect(text).toContain('data-kind="email"');
  });
});

describe('the page of an entry without scripts', () => {
  it('says who signed what, with links to repository and workflow run', async () => {
    const { text } = await site.read(`/entry/${workflow}`);
    expect(text).toContain(hash('sha256', 'release'));
    expect(text).toContain(`<a href="${WORKFLOW_REPOSITORY}" rel="noopener noreferrer nofollow">`);
    expect(text).toContain(`${WORKFLOW_REPOSITORY}/actions/runs/12345678901/attempts/1"`);
    expect(text).toContain('sourceRepositoryVisibilityAtSigning');
  });

  it('says of no step that it holds, and how to check them', async () => {
    const { text } = await site.read(`/entry/${workflow}`);
    const verdicts = [...text.matchAll(/data-check="(\w+)"\s+data-verdict="(\w+)"/g)].map(([, check, verdict]) => [
      check,
      verdict,
    ]);
    expect(new Map(verdicts as [string, string][])).toEqual(
      new Map([
        ['consistency', 'unknown'],
        ['signature', 'unknown'],
        ['inclusion', 'unknown'],
        ['checkpoint', 'unknown'],
        ['set', 'unknown'],
        ['cosignature', 'unknown'],
      ]),
    );
    expect(text).toMatch(/<noscript\s*>[^]*stele verify --index \d+[^]*<\/noscript\s*>/);
  });

  it('shows the statement of an intoto entry, and says what a dsse entry lacks', async () => {
    const last = site.opened.shards.size - 1;
    const intoto = await site.read(`/entry/${last}`);
    expect(intoto.text).toContain('https://slsa.dev/provenance/v1');
    expect(intoto.text).toContain(hash('sha256', 'intoto'));
    expect((await site.read(`/entry/${last - 1}`)).text).toContain('The log holds the hash of the payload');
  });

  it('is not there for entries that are not, and for who takes no HTML', async () => {
    expect((await site.read('/entry/9999')).status).toBe(404);
    expect((await site.read('/entry/zz')).status).toBe(404);
    const json = await site.read(`/entry/${workflow}`, { accept: 'application/json' });
    expect([json.status, json.headers.get('content-type')]).toEqual([404, 'application/json']);
  });
});

describe('files of an entry', () => {
  it('are a bundle and a proof that hold, and the leaf itself', async () => {
    const index = workflow + 4;
    const file = async (name: string): Promise<string> => {
      const { text, headers } = await site.read(`/entry/${index}/${name}`);
      expect(headers.get('content-disposition')).toMatch(new RegExp(`^attachment; filename="entry-${index}`));
      return text;
    };
    const trustedRoot: unknown = await (await fetch(`${site.base}/trusted_root.json`)).json();
    const artifact = Buffer.from('artifact 3');
    const bundle: unknown = JSON.parse(await file('bundle.sigstore.json'));
    const options = { key: submitter.pem, artifact, trustedRoot };
    expect(verifyBundle(bundle, options)).toMatchObject({ holds: true, entries: [{ logIndex: index }] });
    const body = Buffer.from(await file('body.json'));
    const proof = await file('entry.tlog-proof');
    expect(verifyTlogProof(proof, body, { trustedRoot })).toMatchObject({ holds: true, index });
    expect((await site.read('/entry/0/bundle.sigstore.json')).status).toBe(200);
    expect((await site.read(`/entry/${site.opened.shards.size - 2}/bundle.sigstore.json`)).status).toBe(404);
  });

  it('are named in commands, where names of strangers are one word of a shell', async () => {
    const { text } = await site.read(`/entry/${workflow}`);
    expect(text).toContain(`--certificate-identity &#39;${WORKFLOW_REPOSITORY}/.github`);
    expect(text).toContain('--certificate-oidc-issuer &#39;https://token.actions.githubusercontent.com&#39;');
  });
});

describe('heads and consistency without scripts', () => {
  it('lists heads with the sizes they grew from', async () => {
    const { text } = await site.read('/heads');
    const { size } = site.opened.log.head();
    expect(text).toContain(`<th scope="row">${size}</th>`);
    expect(text).toContain(`consistency?from=${size - 1}&amp;to=${size}`.replace('&amp;', '&'));
    expect(text).toMatch(/rel="next"\s+href="heads\?below=\d+"/);
  });

  it('proves consistency between any two sizes', async () => {
    for (const [from, to] of [
      [1, 2],
      [3, 7],
      [8, 20],
      [7, 7],
      [16, 33],
    ]) {
      const { status, text } = await site.read(`/consistency?from=${from}&to=${to}`);
      expect([from, to, status]).toEqual([from, to, 200]);
      expect(text).toMatch(/data-check="consistency"\s+data-verdict="unknown"/);
    }
    expect((await site.read('/consistency?from=9&to=3')).status).toBe(400);
    expect((await site.read('/consistency?from=1&to=9999')).text).toContain('was asked about 9999');
    expect((await site.read('/consistency?from=x&to=3')).status).toBe(400);
  });
});

describe('headers of pages', () => {
  it('allow nothing from elsewhere, and no script in the page', async () => {
    for (const path of ['/', '/search?q=1', `/entry/${workflow}`, '/heads', '/consistency', '/docs']) {
      const { headers, text } = await site.read(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toContain('unsafe');
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=/i);
    }
  });
});

describe('--pages off', () => {
  it('leaves the API, the console and the page at the root', async () => {
    await using bare = await openSite(['--pages', 'off']);
    for (const path of ['/search?q=1', '/entry/0', '/heads', '/consistency', '/entry/0/body.json'])
      expect([path, (await bare.read(path)).status]).toEqual([path, 404]);
    expect((await bare.read('/')).text).not.toContain('name="q"');
    expect((await bare.read('/docs')).status).toBe(200);
    expect((await fetch(`${bare.base}/api/v1/log`)).status).toBe(200);
  });
});
