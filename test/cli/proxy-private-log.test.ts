import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPrivateLog, type PrivateLog } from '../access/private-log.ts';
import { APIS, submissionFor } from '../support/submissions.ts';
import { post, startProxy, V1, V2 } from './proxy-process.ts';

let scratch: string;
let open: PrivateLog;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-private-'));
  open = await openPrivateLog('anonymous: []\ntokens: true\n');
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const file = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};

describe('stele proxy before a private log', () => {
  it('clients without a credential write, read and audit with its token, which is read again when it is replaced', async () => {
    const token = file('token', await open.token('one', ['submit', 'read', 'search', 'audit']));
    const state = join(scratch, 'state');
    await using proxy = await startProxy({ to: open.asking.base, state, words: ['--token', token] });
    for (const api of APIS) {
      const path = api === 'v1' ? V1 : V2;
      const { body } = submissionFor(api, `private by ${api}`);
      expect((await post(open.asking.base, path, body)).status).toBe(401);
      expect((await post(proxy.base, path, body)).status).toBe(201);
    }
    for (const path of ['/api/v1/log', '/checkpoint', '/tile/0/000.p/1', `${V1}?logIndex=1`]) {
      const [bare, through] = [await fetch(`${open.asking.base}${path}`), await fetch(`${proxy.base}${path}`)];
      expect([path, bare.status, through.status]).toEqual([path, 401, 200]);
    }
    file('token', await open.token('two', ['submit', 'read', 'audit']));
    await open.revoke('one');
    expect((await post(proxy.base, V1, submissionFor('v1', 'by the next token').body)).status).toBe(201);
  });

  it('with a token that may only submit, proofs of entries are checked, and a repeated one is answered from the outbox', async () => {
    const words = ['--token', await open.token('ci', ['submit'])];
    await using proxy = await startProxy({ to: open.asking.base, state: join(scratch, 'ci'), words });
    for (const api of APIS) {
      const [path, { body }] = [api === 'v1' ? V1 : V2, submissionFor(api, 'by a job')];
      const [first, again] = [await post(proxy.base, path, body), await post(proxy.base, path, body)];
      expect([api, first.status, again.status, again.text]).toEqual([api, 201, 201, first.text]);
    }
    expect((await fetch(`${proxy.base}/api/v1/log`)).status).toBe(403);
  });

  it('with a token that is not taken any more, the entry is kept and the answer says why', async () => {
    const words = ['--token', await open.token('gone', ['submit', 'audit'])];
    await using proxy = await startProxy({ to: open.asking.base, state: join(scratch, 'gone'), words });
    await open.revoke('gone');
    const { status, text } = await post(proxy.base, V1, submissionFor('v1', 'by nobody').body);
    expect([status, text]).toEqual([502, expect.stringContaining('(401)')]);
  });
});
