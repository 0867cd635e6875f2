import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder, MessageSignatureBundleBuilder, RekorWitness, type Signer } from '@sigstore/sign';
import { describe, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { stele } from '../support/stele.ts';
import { APIS, submissionFor } from '../support/submissions.ts';
import { openProxied, post, V1, V2 } from './proxy-process.ts';

const opened = forAllTests(openProxied);

function keySigner(): Signer & { readonly pem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  return {
    pem,
    sign: async (data) => ({
      key: { $case: 'publicKey', publicKey: pem, hint: 'h' },
      signature: sign('sha256', data, privateKey),
    }),
  };
}

describe('stele proxy before a Stele', () => {
  it.each([
    ['v1', 'a message', { majorApiVersion: 1 }],
    ['v2', 'a message', { majorApiVersion: 2 }],
    ['v1', 'an envelope', { majorApiVersion: 1, entryType: 'dsse' }],
    ['v2', 'an envelope', { majorApiVersion: 2, entryType: 'dsse' }],
  ] as const)('sigstore-js writes by Rekor %s %s through it, and stele verify verifies', async (api, what, options) => {
    const signer = keySigner();
    const witness = new RekorWitness({ rekorBaseURL: opened().proxy.base, ...options });
    const data = Buffer.from(`${what} of ${api}`);
    const made =
      what === 'a message'
        ? await new MessageSignatureBundleBuilder({ signer, witnesses: [witness] }).create({ data })
        : await new DSSEBundleBuilder({ signer, witnesses: [witness] }).create({ data, type: 'text/plain' });
    const name = `${api}-${what.replace(' ', '-')}`;
    opened().use.write(name, data);
    opened().use.write(`${name}.pub`, signer.pem);
    opened().use.write(`${name}.json`, JSON.stringify(bundleToJSON(made)));
    const words = what === 'a message' ? [name, '--bundle', `${name}.json`] : [`${name}.json`];
    const ran = await opened().use.run('verify', ...words, '--key', `${name}.pub`);
    expect(ran).toMatchObject({ code: 0, err: '' });
  });

  it.each(APIS)('%s: an entry that was sent before is answered with 201 and the first answer', async (api) => {
    const { body } = submissionFor(api, `twice by ${api}`);
    const path = api === 'v1' ? V1 : V2;
    const first = await post(opened().proxy.base, path, body);
    const again = await post(opened().proxy.base, path, body);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('many clients that send the same at the same time, and again, have one entry and one answer', async () => {
    const { body } = submissionFor('v1', 'by many');
    const asks = Array.from({ length: 60 }, async (_, i) => {
      await sleep(3 * i);
      return post(opened().proxy.base, V1, body);
    });
    const answers = await Promise.all(asks);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    const refusedOne = { ...hashedrekord('refused to many'), apiVersion: '9.9.9' };
    const refused = Array.from({ length: 40 }, async (_, i) => {
      await sleep(3 * i);
      return post(opened().proxy.base, V1, refusedOne);
    });
    expect(new Set((await Promise.all(refused)).map(({ status }) => status))).toEqual(new Set([400]));
  });

  it.each(APIS)('%s: an entry that the log had from somebody else is answered with 201 and that entry', async (api) => {
    const { body } = submissionFor(api, `another client's by ${api}`);
    const path = api === 'v1' ? V1 : V2;
    const first = await post(opened().use.server.base, path, body);
    const through = await post(opened().proxy.base, path, body);
    expect([first.status, through.status]).toEqual([201, 201]);
    const indexIn = (text: string): unknown => /"logIndex":"?(\d+)/.exec(text)?.[1];
    expect(indexIn(through.text)).toBe(indexIn(first.text));
    expect(Object.keys(JSON.parse(through.text) as object).toSorted()).toEqual(
      Object.keys(JSON.parse(first.text) as object).toSorted(),
    );
  });

  it('a submission that the log refuses is answered in the words of the log', async () => {
    const proposal = { ...hashedrekord('refused'), apiVersion: '9.9.9' };
    const [direct, through] = [
      await post(opened().use.server.base, V1, proposal),
      await post(opened().proxy.base, V1, proposal),
    ];
    expect(through.status).toBe(direct.status);
    expect(through.text).toBe(direct.text);
  });

  it.each([
    ['get', '1', '--api', 'rekor-v1'],
    ['get', '1', '--api', 'tiles'],
    ['proof', '--from', '2', '--to', '5', '--api', 'rekor-v1'],
    ['proof', '--from', '2', '--to', '5', '--api', 'rekor-v2'],
  ])('stele %s %s %s %s %s %s is answered as without it', async (...command) => {
    const state = join(opened().use.scratch, 'of-a-client');
    const [direct, through] = await Promise.all(
      [opened().use.server.base, opened().proxy.base].map((server) =>
        stele([...command, '--server', server, '--state', state]),
      ),
    );
    expect(through?.code).toBe(0);
    expect(through?.out.replaceAll(opened().proxy.base, opened().use.server.base)).toBe(direct?.out);
  });

  it('a page of another site, and a name that was made to lead here, get nothing', async () => {
    const path = `${opened().proxy.base}/api/v1/log`;
    expect((await fetch(path, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  });
});
