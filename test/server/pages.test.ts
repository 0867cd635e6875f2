import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnWitness } from '../../witness/own-witness.ts';
import { html } from '../../server/pages/layout.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { document, variantOf } from './variants.ts';

let opened: Awaited<ReturnType<typeof openTestLog>>;
let asking: Asking;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

describe('rekor-v1 §1.1: /', () => {
  it('answers every method, with what the log is', async () => {
    const { text, headers, status } = await asking.get('/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<h1>Transparency log rekor.test</h1>');
    expect(text).toMatch(new RegExp(`<dt>Entries</dt>\\s*<dd>${opened.log.head().size}</dd>`));
    expect(text).toContain(opened.log.shard.treeId);
    expect(text).toContain(opened.log.shard.publicKey);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await asking.send(method, '/')).text).toBe(text);
    }
    const head = await asking.send('HEAD', '/');
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      String(Buffer.byteLength(text)),
    ]);
  });

  it('is no longer than it is elsewhere, however many slashes the path has: with many there is no page', async () => {
    const { length } = (await asking.get('/')).text;
    expect((await asking.raw('GET', '/'.repeat(17))).text.length).toBeLessThan(1.2 * length);
    for (const path of [
      '/'.repeat(18),
      '/'.repeat(14_000),
      `${'/'.repeat(14_000)}docs`,
      `${'/a/..'.repeat(3000)}/docs`,
    ]) {
      const { status, text } = await asking.raw('GET', path);
      expect([status, text.length < path.length + 100]).toEqual([404, true]);
    }
  });

  it('shows how to send an entry to where the reader found it', async () => {
    const command = (base: string): string => `${base}/api/v1/log/entries -d @- &#60;&#60;EOF`;
    expect((await asking.get('/')).text).toContain(command(asking.base));
    const { text } = await asking.get('/', { Host: "x'&(y)" });
    expect(text).toContain(command('http://127.0.0.1:3000'));
    expect(text).not.toContain("x'&");
    await using known = await askOf(variantOf(opened.log, { settings: { publicUrl: 'https://log.example' } }));
    expect((await known.get('/')).text).toContain(command('https://log.example'));
  });

  it('has a content policy, which answers of the API do not', async () => {
    const { headers } = await asking.get('/');
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect((await asking.get('/api/v1/log')).headers['content-security-policy']).toBeUndefined();
  });
});

describe('a development log', () => {
  it('says on every page that it forgets', async () => {
    await using dev = await askOf(variantOf(opened.log, { dev: true }));
    for (const path of ['/', '/docs']) {
      expect((await dev.get(path)).text).toContain('everything in it is lost when the server stops');
      expect((await asking.get(path)).text).not.toContain('everything in it is lost');
    }
  });
});

describe('/docs', () => {
  it('loads nothing but files of this server', async () => {
    const { text, status } = await asking.get('/docs/');
    expect(status).toBe(200);
    const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links).toEqual([
      expect.stringMatching(/^\.\.\/pages\/[0-9a-f]{16}\/icon\.svg$/),
      expect.stringMatching(/^\.\.\/pages\/[0-9a-f]{16}\/style\.css$/),
      expect.stringMatching(/^\.\.\/pages\/[0-9a-f]{16}\/page\.js$/),
      '../docs/swagger-ui.css',
      '../docs/swagger-ui-bundle.js',
      '../docs/start.js',
      '#main',
      '.././',
      '.././',
      '../heads',
      '../consistency',
      '../docs',
      '../openapi.json',
    ]);
    for (const link of links.filter((one) => one !== '#main')) {
      const answer = await fetch(new URL(link, `${asking.base}/docs/`));
      expect([link, answer.status]).toEqual([link, 200]);
    }
    expect(text).not.toMatch(/<script>| on\w+=/);
  });

  it('sends scripts and styles as what they are', async () => {
    const bundle = await asking.get('/docs/swagger-ui-bundle.js');
    expect(bundle.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(bundle.text).toContain('SwaggerUIBundle');
    const style = await asking.get('/docs/swagger-ui.css');
    expect(style.headers['content-type']).toBe('text/css; charset=utf-8');
    const start = await asking.get('/docs/start.js');
    expect(start.text).toContain("new URL('../openapi.json', document.currentScript.src)");
  });

  it('has no other files', async () => {
    await using bare = await askOf(variantOf(opened.log));
    const path = '/docs/%2e%2e%2fpackage.json';
    for (const one of [asking, bare]) {
      const response = await fetch(one.base + path);
      expect(response.status).toBe(404);
    }
  });
});

describe('/openapi.json and /swagger.json', () => {
  it('are the document', async () => {
    await using witnessing = await askOf(variantOf(opened.log, { witness: {} as OwnWitness }));
    for (const path of ['/openapi.json', '/swagger.json']) {
      const { text, headers } = await witnessing.get(path);
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(text)).toEqual(document);
    }
  });

  it('name the server where the world finds it', async () => {
    await using known = await askOf(variantOf(opened.log, { settings: { publicUrl: 'https://log.example' } }));
    expect(JSON.parse((await known.get('/openapi.json')).text)).toMatchObject({
      servers: [{ url: 'https://log.example' }],
    });
  });
});

describe('html', () => {
  it('escapes all that is put in, but HTML itself', () => {
    expect(html`<p>${'<&"\'>'}${html`<b>${1}</b>`}</p>`.text).toBe('<p>&#60;&#38;&#34;&#39;&#62;<b>1</b></p>');
  });
});
