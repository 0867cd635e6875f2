import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ApiName } from '../../server/operations/operation.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogShards } from '../../log/shards.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog } from '../support/log.ts';
import { document, instead, SETTINGS, type Variant, variantOf } from './variants.ts';

let opened: Awaited<ReturnType<typeof openTestLog>>;
let empty: Awaited<ReturnType<typeof openTestLog>>;
let folder: string;
beforeAll(async () => {
  opened = await openTestLog();
  empty = await openTestLog(['--genesis', 'off']);
  folder = mkdtempSync(join(tmpdir(), 'stele-home-'));
});
afterAll(async () => {
  await opened.close();
  await empty.close();
  rmSync(folder, { recursive: true, force: true });
});

const askVariant = (variant: Variant = {}): Promise<Asking> => askOf(variantOf(opened.log, variant));

async function homeOf(variant: Variant = {}): Promise<string> {
  await using asking = await askVariant(variant);
  return (await asking.get('/')).text.replaceAll(/\s+/g, ' ');
}

/** Every link of the page leads somewhere. */
async function followLinks(asking: Asking): Promise<readonly string[]> {
  const page = (await asking.get('/')).text;
  const links = [...page.matchAll(/<a href="([^"]+)"/g)].map((match) => match[1] ?? '');
  for (const link of links) expect([link, (await fetch(`${asking.base}/${link}`)).status]).toEqual([link, 200]);
  return links;
}

/** Runs the commands of the page as its reader would. Resolves to the status that curl got. */
async function runExample(asking: Asking): Promise<string> {
  const page = (await asking.get('/')).text;
  const [, commands = ''] = /<pre>(echo hello[^<]*)<\/pre>/.exec(page) ?? [];
  const typed = commands.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  const script = typed.replace('curl ', "curl -s -o /dev/null -w '%{http_code}' ");
  const child = spawn('sh', ['-euc', script], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const [status] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return status;
}

const APIS: readonly (readonly ApiName[])[] = [['rekor-v1', 'rekor-v2'], ['rekor-v1'], ['rekor-v2']];

describe('the home page', () => {
  it.each(APIS.map((apis) => ({ apis })))(
    'has an example that is taken, and links that lead somewhere, for $apis',
    async ({ apis }) => {
      await using asking = await askVariant({ settings: { apis } });
      expect(await runExample(asking)).toBe('201');
      const links = await followLinks(asking);
      expect([links.includes('api/v1/log'), links.includes('checkpoint')]).toEqual([
        apis.includes('rekor-v1'),
        apis.includes('rekor-v2'),
      ]);
    },
  );

  it('names the API that the log speaks, and the keys of that', async () => {
    const { treeId } = opened.log.shard;
    const [both, v1, v2] = await Promise.all(APIS.map((apis) => homeOf({ settings: { apis } })));
    expect([both, v1, v2].map((page) => /speaks (.*?)\. What/.exec(page ?? '')?.[1])).toEqual([
      'versions 1 and 2 of Rekor&#39;s API, and C2SP&#39;s tiles',
      'version 1 of Rekor&#39;s API',
      'version 2 of Rekor&#39;s API and C2SP&#39;s tiles',
    ]);
    expect([both, v1, v2].map((page) => page?.includes(treeId))).toEqual([true, true, false]);
    expect([both, v1, v2].map((page) => page?.includes('Verifier key'))).toEqual([true, false, true]);
  });

  it('of an empty log links no entry', async () => {
    await using asking = await askOf(empty.app);
    expect(await followLinks(asking)).not.toContain('api/v1/log/entries?logIndex=0');
    expect((await asking.get('/')).text).toContain('The first entry');
  });

  it('links no operation that is switched off, and has no example without one that takes it', async () => {
    for (const off of [['createLogEntry', 'createEntry', 'getLogInfo', 'getLogEntryByIndex'], ['createLogEntry']]) {
      const operations = SETTINGS.operations.filter((id) => !off.includes(id));
      await using asking = await askVariant({ settings: { operations } });
      await followLinks(asking);
      const { text: page } = await asking.get('/');
      expect(page.includes('echo hello')).toBe(off.length === 1);
      expect(page.includes('/api/v1/log/entries -d')).toBe(false);
    }
  });

  it('has no example of a kind or an algorithm that the log does not take', async () => {
    for (const settings of [{ kinds: ['dsse:0.0.1'] }, { algorithms: [] }])
      expect(await homeOf({ settings })).not.toContain('echo hello');
  });

  it('of a log that has ended says when, and shows no way to write', async () => {
    const frozen = instead(opened.log, { frozenAt: Date.UTC(2026, 10, 3) / 1000, isClosed: true });
    const page = await homeOf({ shards: new LogShards([frozen]) });
    expect(page).toContain('<strong>This log ended on 2026-11-03.</strong>');
    expect(page).not.toContain('echo hello');
  });

  it('of a log that takes no entries now says why', async () => {
    const refusing = instead(opened.log, { refusal: () => 'the disk is <full>' });
    expect(await homeOf({ shards: new LogShards([refusing]) })).toContain(
      '<strong>It takes no entries now:</strong> the disk is &#60;full&#62;',
    );
  });
});

interface Documented {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query';
    readonly example?: string | number;
    readonly $ref?: string;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: unknown }>>;
  };
}

const idsOf = ({ paths }: typeof document): string[] =>
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));

describe('the OpenAPI document', () => {
  const documentOf = async (variant: Variant): Promise<typeof document> => {
    await using asking = await askVariant(variant);
    return JSON.parse((await asking.get('/openapi.json')).text) as typeof document;
  };

  it('has the version of the package', async () => {
    const {
      default: { version },
    } = (await import('../../package.json', { with: { type: 'json' } })) as {
      default: { version: string };
    };
    expect(document['info']).toMatchObject({ version });
  });

  it('names what the log answers, and nothing that is closed or switched off', async () => {
    const operations = SETTINGS.operations.filter((id) => id !== 'searchIndex');
    const v1 = await documentOf({ settings: { apis: ['rekor-v1'], operations } });
    expect(idsOf(v1)).toEqual(expect.arrayContaining(['createLogEntry', 'ping', 'getDiscovery']));
    for (const id of ['createEntry', 'getTileFile', 'searchIndex', 'addCheckpoint'])
      expect(idsOf(v1)).not.toContain(id);
    const v2 = await documentOf({ settings: { apis: ['rekor-v2'] } });
    expect(idsOf(v2)).toEqual(expect.arrayContaining(['createEntry', 'getTileFile', 'ready']));
    expect(idsOf(v2)).not.toContain('createLogEntry');
    expect((v2['tags'] as { name: string }[]).map(({ name }) => name)).toEqual(['tiles', 'service']);
    const frozen = instead(opened.log, { frozenAt: 1, isClosed: true });
    const ended = idsOf(await documentOf({ shards: new LogShards([frozen]) }));
    expect(ended).not.toContain('createLogEntry');
    expect(ended).toContain('getLogInfo');
  });

  it('has examples that are answered, as the console sends them', async () => {
    await using asking = await askVariant();
    const seen: (readonly [string, number])[] = [];
    for (const [path, methods] of Object.entries((await documentOf({})).paths))
      for (const [method, operation] of Object.entries(methods) as unknown as [string, Documented][])
        seen.push([operation.operationId, await sendExample(asking, method, path, operation)]);
    expect(seen.filter(([, status]) => status >= 300)).toEqual([
      ['getLogEntryByUUID', 404], // the id of an entry depends on the log
    ]);
  });
});

/** Fills in the examples that an operation has. Resolves to the status of the answer. */
async function sendExample(
  { base }: Asking,
  method: string,
  path: string,
  { parameters = [], requestBody }: Documented,
) {
  const given = parameters.filter(({ example }) => example !== undefined);
  const valueOf = (name: string): string => String(given.find((each) => each.name === name)?.example);
  const names = given.filter((each) => each.in === 'query').map(({ name }) => name);
  const query = new URLSearchParams(names.map((name) => [name, valueOf(name)])).toString();
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(valueOf(name)));
  const [[type, { example }] = ['', {}] as const] = Object.entries(requestBody?.content ?? {});
  const body = requestBody && { headers: { 'Content-Type': type }, body: JSON.stringify(example) };
  const { status } = await fetch(`${base}${filled}?${query}`, { method: method.toUpperCase(), ...body });
  return status;
}
