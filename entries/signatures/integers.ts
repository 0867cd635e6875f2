import { parseHex, toHex } from '../../base/bytes.ts';

/** Big-endian, unsigned; 0 for no bytes. */
export function toInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Big-endian in exactly `length` bytes. Needs `0 ≤ value < 256^length`. */
export function toFixedBytes(value: bigint, length: number): Uint8Array {
  const bytes = parseHex(value.toString(16).padStart(2 * length, '0'), length);
  if (bytes === undefined) throw new RangeError(`${value} does not fit into ${length} bytes`);
  return bytes;
}

/** `value mod modulus`, never negative. */
export function mod(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

/** `value^-1 mod modulus` by Euclid's algorithm. Needs a value prime to the modulus; time depends on it, so no secrets. */
export function inverse(value: bigint, modulus: bigint): bigint {
  let [old, next] = [0n, 1n];
  let [high, low] = [modulus, mod(value, modulus)];
  while (low !== 0n) {
    const quotient = high / low;
    [old, next] = [next, old - quotient * next];
    [high, low] = [low, high - quotient * low];
  }
  return mod(old, modulus);
}

/**
 * The inverse of each value, for the price of one and three multiplications each (Montgomery's trick).
 * Needs every value prime to the modulus: one that is not spoils all.
 */
export function inverses(values: readonly bigint[], modulus: bigint): bigint[] {
  const before: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    before.push(product);
    product = (product * value) % modulus;
  }
  const result = new Array<bigint>(values.length);
  let rest = inverse(product, modulus);
  for (let i = values.length - 1; i >= 0; i -= 1) {
    result[i] = (rest * (before[i] as bigint)) % modulus;
    rest = (rest * (values[i] as bigint)) % modulus;
  }
  return result;
}
