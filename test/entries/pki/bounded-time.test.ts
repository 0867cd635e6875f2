import { describe, expect, it } from 'vitest';
import { InvalidKey } from '../../../entries/pki/failures.ts';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { growth, LINEAR_GROWTH } from '../../support/growth.ts';
import { pemOf } from './vectors.ts';

describe('reading a key takes time in proportion to its length', () => {
  const unit = 100_000;
  const times = (scale: number, text: string): string => text.repeat((unit * scale) / text.length);
  const block = (text: string): Buffer =>
    Buffer.from(`-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----\n`);
  it.each<readonly [string, (scale: number) => Uint8Array]>([
    ['white space', (scale) => Buffer.alloc(unit * scale, ' ')],
    ['beginnings', (scale) => Buffer.from(times(scale, '-----BEGIN X-----\n'))],
    ['ends', (scale) => Buffer.from(times(scale, '\n-----END X-----'))],
    ['headers', (scale) => Buffer.from(`-----BEGIN X-----\n${times(scale, 'a: b\n')}-----END X-----`)],
    ['headers without an end', (scale) => Buffer.from(`-----BEGIN X-----\n${times(scale, 'a: b\n')}`)],
    ['empty blocks', (scale) => Buffer.from(times(scale, '-----BEGIN X-----\n-----END X-----\n'))],
    ['base64', (scale) => block(times(scale, 'A'))],
    ['almost base64', (scale) => block(`${times(scale, 'A')}!`)],
    ['elements of a name', (scale) => pemOf('CERTIFICATE', Buffer.alloc(unit * scale, Buffer.from('3000', 'hex')))],
    ['bytes that are no text', (scale) => Buffer.alloc(unit * scale, 0xff)],
  ])('%s', async (_name, contentOf) => {
    const contents = { 1: contentOf(1), 8: contentOf(8) };
    const read = (scale: 1 | 8): void => expect(() => readKeyMaterial(contents[scale])).toThrow(InvalidKey);
    expect(await growth(read)).toBeLessThan(LINEAR_GROWTH);
  });
});
