import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { verifyAdminLog } from '../../cli/operate/admin-log/verify.ts';
import { bearer, openPrivateLog } from './private-log.ts';

const ENTRIES = '/api/v1/log/entries';

interface Promised {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: { readonly signedEntryTimestamp: string };
}

it('a promise of the log is taken by it as no entry of its own, which would pass for a head of its admin log', async () => {
  await using open = await openPrivateLog('anonymous: []\ntokens: true\n');
  const headers = bearer(await open.token('writer', ['submit', 'read']));
  const answer = await open.asking.get(`${ENTRIES}?logIndex=0`, headers);
  const found = JSON.parse(answer.text) as Record<string, Promised>;
  const [{ body, integratedTime, logID, logIndex, verification }] = Object.values(found) as [Promised];
  const key = (await open.asking.get('/api/v1/log/publicKey', headers)).text;
  const promised = JSON.stringify({ body, integratedTime, logID, logIndex });
  const signature = {
    content: verification.signedEntryTimestamp,
    publicKey: { content: Buffer.from(key).toString('base64') },
  };
  const data = { hash: { algorithm: 'sha256', value: hash('sha256', promised) } };
  const proposal = { apiVersion: '0.0.1', kind: 'hashedrekord', spec: { data, signature } };
  const sent = await open.asking.post(ENTRIES, proposal, headers);
  expect([sent.status, sent.text]).toEqual([403, expect.stringContaining("the log's own key")]);
  expect((await verifyAdminLog(open.log.folder, `${open.log.folder}-heads`)).missing).toEqual([]);
});
