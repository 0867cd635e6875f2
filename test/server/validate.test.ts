import { describe, expect, it } from 'vitest';
import { type SeenAnswer, validateAnswer } from '../support/validate.ts';

const ROOT = 'ab'.repeat(32);
const NOTE = `log.test - 12\n1\n${'A'.repeat(43)}=\n\n\u2014 log.test AAAA\n`;
const INFO = { inactiveShards: null, rootHash: ROOT, signedTreeHead: NOTE, treeID: '12', treeSize: 1 };

function answer(changes: Partial<SeenAnswer> = {}, info: object = INFO): SeenAnswer {
  const body = changes.body ?? `${JSON.stringify(info)}\n`;
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-cache, no-store, no-transform, must-revalidate, private, max-age=0',
    vary: 'Origin',
    ...changes.headers,
  };
  return { method: 'GET', path: '/api/v1/log/?x=1', status: 200, ...changes, body, headers };
}

describe('the checker of answers', () => {
  it('finds nothing wrong with a right one', () => {
    expect(() => validateAnswer(answer())).not.toThrow();
  });

  it.each([
    [
      'a status that is not promised',
      answer({ status: 409 }),
      'status 409 is not one of 200, 401, 403, 406, 500, 501, 503',
    ],
    [
      'another media type',
      answer({ headers: { 'content-type': 'application/json; charset=utf-8' } }),
      'Content-Type application/json; charset=utf-8 is not one of',
    ],
    ['a member too many', answer({}, { ...INFO, more: 1 }), 'additionalProperty":"more"'],
    ['a member too few', answer({}, { ...INFO, treeID: undefined }), 'missingProperty":"treeID"'],
    ['a hash in upper case', answer({}, { ...INFO, rootHash: ROOT.toUpperCase() }), 'body/rootHash must match pattern'],
    ['a header too few', answer({ headers: { 'cache-control': undefined } }), 'header Cache-Control is missing'],
    [
      'another value of a header',
      answer({ headers: { 'cache-control': 'public' } }),
      'header Cache-Control must be equal to constant',
    ],
    ['another length', answer({ headers: { 'content-length': '3' } }), 'Content-Length 3 for'],
    ['what is no JSON', answer({ body: '{' }), 'the body is no JSON'],
    ['no Vary', answer({ headers: { vary: undefined } }), 'Vary does not name Origin'],
    ['a path that is not there', answer({ path: '/nowhere' }), 'status 200 where only 404 is right'],
    ['a method that is not there', answer({ method: 'PUT' }), 'status 200 where only 405 is right'],
    [
      'a body where there is to be none',
      answer({ path: `/api/v1/log/entries/${ROOT}`, status: 404 }),
      'a body or Content-Type where there is to be none',
    ],
    ['503 without Retry-After', answer({ status: 503, body: '{"code":503,"message":"x"}' }), '503 without Retry-After'],
  ])('finds %s', (_what, wrong, fault) => {
    expect(() => validateAnswer(wrong)).toThrow(fault);
  });
});
