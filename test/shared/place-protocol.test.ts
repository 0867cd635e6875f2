import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { packSearchKeys } from '../../entries/search-key-list.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { packAnswer, packRequest, readAnswer, readRequest } from '../../host/shared/place-protocol.ts';
import type { Placing } from '../../log/forwarder.ts';

const secret = utf8('a secret of the machines');
const term = new Uint8Array(16).fill(5);
const body = utf8('{"a":1}');
const plain = {
  kind: 'hashedrekord',
  version: '0.0.1',
  body,
  leafHash: hashLeaf(body),
  searchKeys: packSearchKeys([{ source: 'leaf', text: 'someone@example.org' }]),
};
const entries = [
  { entry: plain, isAnew: false },
  { entry: { ...plain, attestation: utf8('attested') }, isAnew: true },
];
const placings: readonly Placing[] = [
  { is: 'placed', index: 2 ** 40, isDuplicate: false },
  { is: 'placed', index: 0, isDuplicate: true },
  { is: 'refused', isOverload: true, reason: 'too many' },
];
const { bytes, seal } = packRequest(secret, { term, entries });

describe('entries between machines', () => {
  it('arrive as they were sent, and the answers too', () => {
    expect(readRequest(secret, bytes)).toMatchObject({ term, entries });
    expect(readAnswer(secret, seal, packAnswer(secret, seal, placings))).toStrictEqual(placings);
    expect(readAnswer(secret, seal, packAnswer(secret, seal, undefined))).toBeUndefined();
  });

  it('are taken from nobody without the secret, and not with one bit changed', () => {
    expect(readRequest(utf8('another secret'), bytes)).toBeUndefined();
    expect(readRequest(secret, new Uint8Array())).toBeUndefined();
    for (const at of [0, 31, 32, 60, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readRequest(secret, changed)).toBeUndefined();
    }
  });

  it('get no answer but from a machine with the secret, to this very question', () => {
    const other = packRequest(secret, { term, entries: [] }).seal;
    expect(() => readAnswer(secret, seal, packAnswer(secret, other, placings))).toThrow('does not come from');
    expect(() => readAnswer(secret, seal, packAnswer(utf8('another'), seal, placings))).toThrow('does not come from');
    expect(() => readAnswer(secret, seal, packAnswer(secret, seal, placings).subarray(0, 40))).toThrow(
      'does not come from',
    );
    expect(() => readAnswer(secret, seal, new Uint8Array())).toThrow('does not come from');
  });
});
