import { concatBytes } from '../../base/bytes.ts';
import { TAG } from './der.ts';

/** One element in DER around contents that are DER already. */
export function derOf(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return concatBytes(Uint8Array.of(tag, ...lengthOctets(length)), ...contents);
}

/** An INTEGER from its octets in two's complement, which have to be minimal. */
export function integerOf(octets: Uint8Array): Uint8Array {
  return derOf(TAG.integer, octets);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}
