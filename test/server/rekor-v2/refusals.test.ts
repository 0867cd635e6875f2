import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../../support/v2-requests.ts';
import { NotPublished, NotWritable, Overloaded } from '../../../log/failures.ts';
import type { Log } from '../../../log/types.ts';
import type { RequestLine } from '../../../server/http/request-line.ts';
import { Busy } from '../../../server/http/failures.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { directAdmission } from '../../support/admission.ts';
import { type Variant, variantOf } from '../variants.ts';
import { ENTRIES, openEntry, statusText } from './answers.ts';

const signer = makeV2Signer();

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

const request = (artifact: string): string =>
  JSON.stringify({ hashedRekordRequestV002: hashedRekordRequest(signer, keyVerifier(signer), artifact) });
const askVariant = (variant: Variant): Promise<Asking> => askOf(variantOf(opened.log, variant));

describe('rekor-v2 §1.3: what a request is read from', () => {
  it.each([{}, { 'Content-Type': 'application/x-www-form-urlencoded' }, { 'Content-Type': 'text/html; charset=x' }])(
    'is its body, whatever the media type: %j',
    async (headers) => {
      const { status, text } = await asking.raw('POST', ENTRIES, headers, request(JSON.stringify(headers)));
      expect([status, openEntry(text, vkey).value.kindVersion.kind]).toEqual([201, 'hashedrekord']);
    },
  );

  it('is answered in JSON, whatever Accept asks for', async () => {
    const { status, headers } = await asking.raw('POST', ENTRIES, { Accept: 'image/png' }, request('png'));
    expect([status, headers['content-type']]).toEqual([201, 'application/json']);
  });

  it('is the first value in it, and nothing that follows', async () => {
    for (const rest of [' trailing', '{"foo":1}', '\0\ufffd', '}]'])
      expect((await asking.raw('POST', ENTRIES, {}, `\n ${request(rest)}${rest}`)).status).toBe(201);
  });
});

describe('rekor-v2 §1.7: refusals name the member at fault', () => {
  const NOTHING = 'invalid type, must be hashedrekord: the request has no hashedRekordRequestV002';
  const INVALID_SENTENCE = 'invalid hashedrekord request: hashedRekordRequestV002.signature';
  const [digest, signature] = partsOf(request('good'));
  const withSignature = (changed: unknown): object => ({ hashedRekordRequestV002: { digest, signature: changed } });
  const withVerifier = (verifier: unknown): object => withSignature({ content: signature.content, verifier });
  const path = 'hashedRekordRequestV002.signature';
  const two = { hashedRekordRequestV002: {}, dsseRequestV002: {} };
  const keys = { publicKey: {}, x509Certificate: {}, keyDetails: 5 };

  it.each([
    ['nothing', '', NOTHING],
    ['white space', ' \n', NOTHING],
    ['an empty request', '{}', NOTHING],
    ['what is no request', '"x"', 'the request is not an object'],
    ['half of one', request('half').slice(0, 100), 'unexpected EOF'],
    ['two in one', two, 'hashedRekordRequestV002 and dsseRequestV002 are both set, and only one of them may be'],
    ['an unknown field', { hashedRekordRequestV002: {}, x: 1 }, 'unknown field "x"'],
    ['one further in', withSignature({ ...signature, sig: '' }), `unknown field "sig" in ${path}`],
    [
      'a field twice',
      '{"hashedRekordRequestV002":{"digest":"","signature":{"content":"","content":null}}}',
      `${path}.content stands twice`,
    ],
    [
      'a field twice, once in snake_case',
      withVerifier({ keyDetails: 5, key_details: 5 }),
      `${path}.verifier.keyDetails stands twice, as keyDetails and as key_details`,
    ],
    [
      'a key and a certificate',
      withVerifier(keys),
      `publicKey and x509Certificate are both set in ${path}.verifier, and only one of them may be`,
    ],
    ['a name that is none', withVerifier({ keyDetails: 'P256' }), `${path}.verifier.keyDetails has no value "P256"`],
    ['a number in quotes', withVerifier({ keyDetails: '5' }), `${path}.verifier.keyDetails has no value "5"`],
    ['what is no base64', withSignature({ content: 'A*==' }), `${path}.content is not base64`],
    ['no signature', withSignature(null), `${INVALID_SENTENCE} is missing`],
    [
      'no key',
      withVerifier({ keyDetails: 5 }),
      `${INVALID_SENTENCE}.verifier has neither publicKey nor x509Certificate`,
    ],
    [
      'another algorithm than the key has',
      withVerifier({ ...signature.verifier, keyDetails: 12 }),
      `${INVALID_SENTENCE}.verifier.keyDetails is PKIX_ECDSA_P384_SHA_384, and the key is an ECDSA key on P-256`,
    ],
    [
      'a number that names nothing',
      withVerifier({ ...signature.verifier, keyDetails: 99 }),
      `${INVALID_SENTENCE}.verifier.keyDetails is 99, with which no entry can be signed`,
    ],
    [
      'the signature of something else',
      withSignature(partsOf(request('something else'))[1]),
      `${INVALID_SENTENCE}.content does not hold: invalid signature when validating ASN.1 encoded signature`,
    ],
  ])('%s', async (_what, body, message) => {
    const { status, headers, text } = await asking.post(ENTRIES, body);
    expect([status, headers['content-type'], text]).toEqual([400, 'application/json', statusText(3, message)]);
  });

  it('a body that is longer than an entry may be', async () => {
    await using narrow = await askVariant({ admission: directAdmission({ maxBody: 400 }) });
    const { status, text } = await narrow.post(ENTRIES, request('long'));
    const { code, message } = JSON.parse(text) as { code: number; message: string };
    expect([status, code, message]).toEqual([
      400,
      3,
      expect.stringMatching(/^the canonical body is \d+ bytes, and the limit is 400$/),
    ]);
  });

  it('a request that is longer than the limit: 400, and not 413, announced or not', async () => {
    await using narrow = await askVariant({ settings: { maxV2RequestBody: 500 } });
    const answer = [400, statusText(3, 'http: request body too large')];
    const long = request('x').padEnd(501);
    const announced = await narrow.raw('POST', ENTRIES, { 'Content-Length': '501' }, long);
    expect([announced.status, announced.text]).toEqual(answer);
    const chunked = await narrow.raw('POST', ENTRIES, { 'Transfer-Encoding': 'chunked' }, long);
    expect([chunked.status, chunked.text]).toEqual(answer);
    expect((await narrow.raw('POST', ENTRIES, {}, request('x').padEnd(500))).status).toBe(201);
  });
});

describe('rekor-v2 §1.7: what is not the fault of the request', () => {
  const failing = (reason: Error): Promise<Asking> => {
    const log: Log = Object.assign(Object.create(opened.log) as Log, { add: () => Promise.reject(reason) });
    return askOf(variantOf(log));
  };

  it.each([
    [new Overloaded('4096 entries are waiting already'), 'reached max pushback; retry'],
    [new NotWritable('the clock was set back'), 'the clock was set back'],
    [new NotPublished('too few witnesses have cosigned the entry'), 'too few witnesses have cosigned the entry'],
  ])('%s: 503, code 14, Retry-After', async (reason, message) => {
    await using other = await failing(reason);
    const { status, headers, text } = await other.post(ENTRIES, request('later'));
    expect([status, headers['retry-after'], text]).toEqual([503, '1', statusText(14, message)]);
  });

  it('no thread that could check it: 503 as well', async () => {
    const createV2 = () => Promise.reject(new Busy('4096 requests are waiting'));
    await using busy = await askVariant({ admission: { ...directAdmission(), createV2 } });
    const { status, headers, text } = await busy.post(ENTRIES, request('busy'));
    expect([status, headers['retry-after'], text]).toEqual([503, '1', statusText(14, '4096 requests are waiting')]);
  });

  it('a bug: 500, code 13, and nothing of what it says; it is reported', async () => {
    const reported: unknown[] = [];
    const secret = new Error('the password is hunter2');
    const admission = { ...directAdmission(), createV2: () => Promise.reject(secret) };
    const report = { request: () => undefined, error: (thrown: unknown) => void reported.push(thrown) };
    await using broken = await askVariant({ admission, report });
    const { status, text } = await broken.post(ENTRIES, request('broken'));
    expect([status, text, reported]).toEqual([500, statusText(13, 'internal server error'), [secret]]);
  });
});

describe('rekor-v2 §1.8: paths and methods', () => {
  const PROOF = '/api/v2/log/proof/0';
  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])(
    'answers 501 to %s where there is only POST',
    async (method) => {
      const { status, headers, text } = await asking.raw(method, ENTRIES);
      expect([status, headers['allow'], text]).toEqual([501, undefined, statusText(12, 'Method Not Allowed')]);
    },
  );

  it('answers 501 to HEAD there, without a body', async () => {
    const { status, text } = await asking.raw('HEAD', ENTRIES);
    expect([status, text]).toEqual([501, '']);
  });

  it.each(['/api/v2/checkpoint', '/api/v2/tile/0/000.p/1', '/api/v2/tile/entries/000.p/1', PROOF, '/api/v2/log/heads'])(
    'answers 501 to POST %s, and GET and HEAD alike',
    async (path) => {
      const { status, text } = await asking.raw('POST', path);
      expect([status, text]).toEqual([501, statusText(12, 'Method Not Allowed')]);
      const [got, head] = [await asking.raw('GET', path), await asking.raw('HEAD', path)];
      expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', String(got.bytes.length)]);
    },
  );

  it.each([
    '/api/v2',
    '/api/v2/',
    '/api/v2/log',
    `${ENTRIES}/`,
    '/api/v2//log/entries',
    '/api/v2/./log/entries',
    '/api/v2/log/entries/1',
    '/api/v2/log/%ff',
    '/api/v2/x/../log/entries',
  ])('answers 404 to %s', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status, headers, text } = await asking.raw(method, path, {}, method === 'POST' ? request(path) : '');
      expect([status, text]).toEqual([404, statusText(5, 'Not Found')]);
      expect(headers['cache-control']).toBe('no-store');
    }
  });
});

describe('request lines', () => {
  it.each([
    ['/api/v2/tile/entries/000.p/1', '/api/v2/tile/entries/{index}'],
    ['/api/v2/tile/0/000.p/1', '/api/v2/tile/{index}'],
    ['/tile/entries/000.p/1', '/tile/entries/{index}'],
    ['/tile/x', '/tile/{index}'],
    ['/api/v2/log/proof/0', '/api/v2/log/proof/{entry}'],
    ['/api/v2/checkpoint?x=1', '/api/v2/checkpoint'],
  ])('of %s name %s', async (path, template) => {
    const lines: RequestLine[] = [];
    await using logged = await askVariant({
      report: { request: (line) => void lines.push(line), error: () => undefined },
    });
    await logged.raw('GET', path);
    await expect.poll(() => lines.map((line) => line.route)).toEqual([template]);
  });
});

/** Digest and signature of a request. */
function partsOf(text: string) {
  const { hashedRekordRequestV002 } = JSON.parse(text) as {
    hashedRekordRequestV002: ReturnType<typeof hashedRekordRequest>;
  };
  return [hashedRekordRequestV002.digest, hashedRekordRequestV002.signature] as const;
}
