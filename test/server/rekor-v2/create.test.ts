import { createPublicKey } from 'node:crypto';
import { TransparencyLogEntry } from '@sigstore/protobuf-specs';
import { Entry } from '@sigstore/protobuf-specs/rekor/v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIssuer } from '../../../testkit/certificate.ts';
import {
  ALGORITHMS,
  certificateVerifier,
  derPart,
  dsseRequestOf,
  expectedBody,
  HASH,
  hashedRekordRequest,
  keyVerifier,
  makeV2Signer,
  type V2Signer,
} from '../../support/v2-requests.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { statement } from '../../../testkit/proposals.ts';
import { variantOf } from '../variants.ts';
import { ENTRIES, openEntry, type Proven, statusText } from './answers.ts';

const signer = makeV2Signer();
const issuer = newIssuer();
const certificateOf = ({ pem }: V2Signer): Buffer => derPart(issuer.issue(createPublicKey(pem)));

let opened: TestLog;
let asking: Asking;
let vkey: string;
beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  vkey = (await asking.get('/vkey')).text;
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

/** A hashedrekord of `artifact`, or what `changes` make of it. */
function hashedrekord(artifact: string, by = signer, verifier = keyVerifier(by)) {
  return { hashedRekordRequestV002: hashedRekordRequest(by, verifier, artifact) };
}

async function create(request: unknown): Promise<Proven> {
  const { status, text } = await asking.post(ENTRIES, request);
  expect([status, status === 201 ? '' : text]).toEqual([201, '']);
  return openEntry(text, vkey);
}

describe('rekor-v2 §1.4: the answer to a submission', () => {
  it('is a TransparencyLogEntry in proto3 JSON, byte for byte, with what is not set written out', async () => {
    const { status, headers, text } = await asking.post(ENTRIES, hashedrekord('bytes'));
    expect(status).toBe(201);
    expect(headers['content-type']).toBe('application/json');
    for (const name of ['location', 'etag', 'x-log-index']) expect(headers[name]).toBeUndefined();
    const { logIndex, logId, inclusionProof: proof, canonicalizedBody } = openEntry(text, vkey).value;
    const hashes = proof.hashes.map((each) => `"${each}"`).join(',');
    const note = JSON.stringify(proof.checkpoint.envelope).replaceAll('\u2014', String.raw`\u2014`);
    expect(text).toBe(
      `{"logIndex":"${logIndex}","logId":{"keyId":"${logId.keyId}"},` +
        `"kindVersion":{"kind":"hashedrekord","version":"0.0.2"},"integratedTime":"0","inclusionPromise":null,` +
        `"inclusionProof":{"logIndex":"${logIndex}","rootHash":"${proof.rootHash}","treeSize":"${proof.treeSize}",` +
        `"hashes":[${hashes}],"checkpoint":{"envelope":${note}}},"canonicalizedBody":"${canonicalizedBody}"}\n`,
    );
  });

  it('is read whole by the generated reader of the message', async () => {
    const { value, index, body } = await create(hashedrekord('reader'));
    const read = TransparencyLogEntry.fromJSON(value);
    const { integratedTime, inclusionPromise, ...set } = value;
    expect([TransparencyLogEntry.toJSON(read), integratedTime, inclusionPromise]).toEqual([set, '0', null]);
    expect([read.logIndex, read.inclusionProof?.treeSize]).toEqual([String(index), String(index + 1)]);
    expect(Entry.fromJSON(JSON.parse(body.toString())).spec?.spec?.$case).toBe('hashedRekordV002');
  });

  it('holds a proof under the checkpoint that is served, bytes and all', async () => {
    const { value, checkpoint, index } = await create(hashedrekord('served'));
    const served = await asking.get('/api/v2/checkpoint');
    expect(served.text).toBe(value.inclusionProof.checkpoint.envelope);
    expect(checkpoint).toMatchObject({ origin: 'rekor.test', size: index + 1, extensions: [] });
    expect(checkpoint.signatures.map(({ name }) => name)).toEqual(['rekor.test']);
  });

  it('has an empty path for the first entry of all', async () => {
    const empty = await openTestLog(['--genesis', 'off']);
    try {
      await using other = await askOf(empty.app);
      const { status, text } = await other.post(ENTRIES, hashedrekord('first'));
      const { index, value } = openEntry(text, (await other.get('/vkey')).text);
      expect([status, index, value.inclusionProof.hashes]).toEqual([201, 0, []]);
      expect(text).toContain('"treeSize":"1","hashes":[],');
    } finally {
      await empty.close();
    }
  });

  it('proves every one of many that are sent at the same time, each at an index of its own', async () => {
    const requests = Array.from({ length: 40 }, (_, i) => hashedrekord(`many ${i}`));
    const proven = await Promise.all(requests.map(create));
    expect(new Set(proven.map(({ index }) => index)).size).toBe(40);
    const digests = proven.map(({ body }) => /"digest":"([^"]+)"/.exec(body.toString())?.[1]);
    expect(digests).toEqual(requests.map(({ hashedRekordRequestV002: { digest } }) => digest));
  });
});

describe('rekor-v2 §2.2 to §2.4: what is taken', () => {
  it.each(ALGORITHMS)('%s, with the key and with a certificate: the body holds what was sent', async (...row) => {
    const [keyDetails, type, algorithm] = row;
    const by = makeV2Signer(type);
    for (const verifier of [keyVerifier(by), certificateVerifier(certificateOf(by), by)]) {
      const request = hashedRekordRequest(by, verifier, `${keyDetails} by ${Object.keys(verifier)[0]}`);
      const { body } = await create({ hashedRekordRequestV002: request });
      expect(body.toString()).toBe(expectedBody(request, HASH[algorithm]));
    }
  });

  it('a bare key where a certificate belongs, as sigstore-js sends it', async () => {
    const verifier = certificateVerifier(signer.der, signer);
    const { body } = await create(hashedrekord('bare key', signer, verifier));
    expect(body.toString()).toContain(`"x509Certificate":{"rawBytes":"${verifier.x509Certificate?.rawBytes}"}`);
  });

  it('an envelope as Rekor v2 took it until 2.2, with all its signers', async () => {
    const { body, value } = await create({
      dsseRequestV002: dsseRequestOf([signer, makeV2Signer('P-384')], statement('two signers')),
    });
    expect(value.kindVersion).toEqual({ kind: 'dsse', version: '0.0.2' });
    expect(body.toString()).toMatch(/^\{"apiVersion":"0\.0\.2","kind":"dsse","spec":\{"dsseV002":\{"payloadHash":/);
    expect(Entry.fromJSON(JSON.parse(body.toString())).spec?.spec?.$case).toBe('dsseV002');
  });
});

describe('settings: what is taken only where the operator wants it', () => {
  const p384 = makeV2Signer('P-384');
  const path = 'hashedRekordRequestV002.signature.verifier';
  let strict: TestLog;
  let other: Asking;
  beforeAll(async () => {
    const flags = '--v2-key-as-certificate off --kinds hashedrekord --algorithms ecdsa-sha2-384-nistp384';
    strict = await openTestLog(flags.split(' '));
    other = await askOf(strict.app);
  });
  afterAll(async () => {
    await other[Symbol.asyncDispose]();
    await strict.close();
  });

  it.each([
    ['a key of an algorithm that is allowed', hashedrekord('key', p384)],
    ['a certificate', hashedrekord('certificate', p384, certificateVerifier(certificateOf(p384), p384))],
  ])('%s is taken', async (_what, request) => {
    expect((await other.post(ENTRIES, request)).status).toBe(201);
  });

  it.each([
    [
      'a bare key where a certificate belongs',
      hashedrekord('bare', p384, certificateVerifier(p384.der, p384)),
      `invalid hashedrekord request: ${path}.x509Certificate.rawBytes is a bare public key, and not a certificate`,
    ],
    [
      'another algorithm',
      hashedrekord('P-256'),
      `invalid hashedrekord request: ${path}.keyDetails: entry algorithms are not allowed`,
    ],
    [
      'an envelope',
      { dsseRequestV002: dsseRequestOf([p384], statement('refused')) },
      'invalid type, must be hashedrekord: this log takes no dsseRequestV002',
    ],
  ])('%s is refused', async (_what, request, message) => {
    const { status, text } = await other.post(ENTRIES, request);
    expect([status, text]).toEqual([400, statusText(3, message)]);
  });
});

describe('rekor-v2 §1.6: an entry that the log holds already', () => {
  it('is answered with 409, code 6 and its index, and not with the entry', async () => {
    const request = hashedrekord('twice');
    const { index } = await create(request);
    await create(hashedrekord('between'));
    const again = await asking.post(ENTRIES, request);
    const message = `an equivalent entry already exists in the transparency log with index ${index}`;
    expect([again.status, again.text]).toEqual([409, statusText(6, message)]);
    expect(again.headers['x-log-index']).toBe(String(index));
    expect(again.headers['location']).toBeUndefined();
  });

  it('is one entry where several send it at the same time: one 201, and 409 once that can be read', async () => {
    const request = hashedrekord('at once');
    const answers = await Promise.all(Array.from({ length: 8 }, () => asking.post(ENTRIES, request)));
    const created = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 409);
    expect([created.length, refused.length]).toEqual([1, 7]);
    const { index } = openEntry(created[0]?.text ?? '', vkey);
    expect(new Set(refused.map(({ headers }) => headers['x-log-index']))).toEqual(new Set([String(index)]));
  });

  it('is the same whatever the spelling: names, alphabets of base64, numbers for names', async () => {
    const { digest, signature } = hashedRekordRequest(signer, keyVerifier(signer), 'spelled');
    const { index } = await create({ hashedRekordRequestV002: { digest, signature } });
    const url = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const key_details = 5;
    const verifier = { key_details, public_key: { raw_bytes: url(signature.verifier.publicKey?.rawBytes ?? '') } };
    const spelled = { digest: url(digest), signature: { verifier, content: url(signature.content) } };
    const again = await asking.post(ENTRIES, { hashed_rekord_request_v002: spelled });
    expect([again.status, again.headers['x-log-index']]).toEqual([409, String(index)]);
  });

  it('is answered with 201, the first index and a fresh proof where the operator wants that', async () => {
    await using returning = await askOf(variantOf(opened.log, { settings: { duplicates: 'return' } }));
    const request = hashedrekord('returned');
    const first = openEntry((await returning.post(ENTRIES, request)).text, vkey);
    await create(hashedrekord('after it'));
    const again = await returning.post(ENTRIES, request);
    expect([again.status, again.headers['x-log-index']]).toEqual([201, undefined]);
    const second = openEntry(again.text, vkey);
    expect([second.index, second.body.toString()]).toEqual([first.index, first.body.toString()]);
    expect(second.checkpoint.size).toBe(first.checkpoint.size + 1);
  });
});
