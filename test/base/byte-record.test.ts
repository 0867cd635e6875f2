import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../base/byte-record.ts';

const part = fc.oneof(
  fc.double({ noNaN: true }),
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

describe('records of bytes', () => {
  it('reads whatever was written, in its order, whatever the size to begin with', () => {
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 1, max: 64 }), (parts, size) => {
        const writer = new ByteWriter(size);
        for (const one of parts) {
          if (typeof one === 'number') writer.number(one);
          else if (typeof one === 'string') writer.text(one);
          else writer.bytes(one);
        }
        const reader = new ByteReader(writer.finish());
        const read = parts.map((one) => {
          if (typeof one === 'number') return reader.number();
          return typeof one === 'string' ? reader.text() : reader.bytes();
        });
        expect(read).toEqual(parts);
      }),
    );
  });
  it('does not read beyond its end', () => {
    expect(() => new ByteReader(new Uint8Array(7)).number()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array(3)).bytes()).toThrow(RangeError);
  });
});
