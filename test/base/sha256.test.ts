import { createHash } from 'node:crypto';
import { sha256 as portable } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { sha256, sha256Hex } from '../../base/sha256.ts';

describe('FIPS 180-4 SHA-256', () => {
  it("is what Node's hash and a portable one say, as bytes and in hex", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (data) => {
        const expected = createHash('sha256').update(data).digest('hex');
        expect(toHex(sha256(data))).toBe(expected);
        expect(sha256Hex(data)).toBe(expected);
        expect(toHex(portable(data))).toBe(expected);
      }),
    );
  });
});
