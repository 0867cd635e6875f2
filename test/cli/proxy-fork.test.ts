import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foldersIn, startServer } from '../../testkit/server-process.ts';
import { copyLog } from '../support/log-copies.ts';
import { openRelay } from '../support/relay.ts';
import { APIS, submissionFor } from '../support/submissions.ts';
import { post, startProxy, V1, V2 } from './proxy-process.ts';

it('stele proxy lets nothing through of a log that has forked, whichever of its trees is longer', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stele-proxy-fork-'));
  const [first, copy] = [foldersIn(join(scratch, 'first')), foldersIn(join(scratch, 'copy'))];
  for (const { parent } of [first, copy]) mkdirSync(parent);
  const flags = ['--origin', 'fork.test', '--volume', 'moves'];
  await (await startServer(first, { flags })).stop();
  copyLog(first, copy);
  await using relay = await openRelay();
  await using one = await startServer(first, { flags });
  relay.leadTo(one.base);
  await using proxy = await startProxy({ to: relay.base, state: join(scratch, 'state'), words: ['--patience', '5'] });
  const submit = (api: 'v1' | 'v2', artifact: string) =>
    post(proxy.base, api === 'v1' ? V1 : V2, submissionFor(api, artifact).body);
  for (const api of [...APIS, ...APIS]) expect((await submit(api, 'of one')).status).toBe(201);
  await one.stop();
  await using another = await startServer(copy, { flags });
  relay.leadTo(another.base);
  for (let size = 2; size < 8; size += 1) {
    const api = size % 2 === 0 ? 'v1' : 'v2';
    const { status, text } = await submit(api, `of another, ${size}`);
    expect([size, status, text]).toEqual([size, 502, expect.stringMatching(/proof|seen before|forked|root/)]);
  }
  for (const path of ['/api/v1/log', '/checkpoint']) expect((await fetch(`${proxy.base}${path}`)).status).toBe(502);
  await another.stop();
  rmSync(scratch, { recursive: true, force: true });
});
