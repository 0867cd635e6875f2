import { createHash } from 'node:crypto';
import { equalBytes } from '../../../../base/bytes.ts';

/** Bytes of a checksum. */
const LENGTH = 8;

/** The first 8 bytes of the SHA-256 of what a row holds and of where it stands: a row in another's place is damaged too. */
export function checksumOf(place: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const at = Buffer.allocUnsafe(8);
  at.writeBigUInt64BE(BigInt(place));
  const sum = createHash('sha256').update(at);
  for (const part of parts) sum.update(part);
  return sum.digest().subarray(0, LENGTH);
}

/** `bytes` with their checksum behind them. */
export function sealed(place: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, checksumOf(place, bytes)]);
}

/** What was sealed, or undefined if it is damaged. */
export function unsealed(place: number, row: Uint8Array): Uint8Array | undefined {
  const bytes = row.subarray(0, Math.max(0, row.length - LENGTH));
  return equalBytes(checksumOf(place, bytes), row.subarray(bytes.length)) ? bytes : undefined;
}
