import { describe, expect, it } from 'vitest';
import { InvalidKey } from '../../../entries/pki/failures.ts';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { pemOf } from './vectors.ts';

describe('bounded time: 200 ms for a megabyte of anything', () => {
  const million = 1_000_000;
  it.each([
    ['white space', Buffer.alloc(million, ' ')],
    ['beginnings', Buffer.from('-----BEGIN X-----\n'.repeat(million / 18))],
    ['ends', Buffer.from('\n-----END X-----'.repeat(million / 16))],
    ['headers', Buffer.from(`-----BEGIN X-----\n${'a: b\n'.repeat(million / 5)}-----END X-----`)],
    ['headers without an end', Buffer.from(`-----BEGIN X-----\n${'a: b\n'.repeat(million / 5)}`)],
    ['empty blocks', Buffer.from('-----BEGIN X-----\n-----END X-----\n'.repeat(million / 34))],
    ['base64', Buffer.from(`-----BEGIN PUBLIC KEY-----\n${'A'.repeat(million)}\n-----END PUBLIC KEY-----\n`)],
    ['almost base64', Buffer.from(`-----BEGIN PUBLIC KEY-----\n${'A'.repeat(million)}!\n-----END PUBLIC KEY-----\n`)],
    ['elements of a name', pemOf('CERTIFICATE', Buffer.alloc(700_000, Buffer.from('3000', 'hex')))],
    ['bytes that are no text', Buffer.alloc(million, 0xff)],
  ])('%s', (_name, pem) => {
    const start = performance.now();
    expect(() => readKeyMaterial(pem)).toThrow(InvalidKey);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
