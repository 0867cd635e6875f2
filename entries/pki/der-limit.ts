import { CostlyKey } from './failures.ts';

/** Bytes of a certificate or key: an entry that holds a longer one is longer than an entry may be. */
const MAX_DER = 65_536;

/** A key or certificate that is short enough to be read. @throws CostlyKey */
export function limitedDer(der: Uint8Array): Uint8Array {
  if (der.length > MAX_DER)
    throw new CostlyKey(`x509: a key or certificate of ${der.length} bytes is longer than the limit of ${MAX_DER}`);
  return der;
}
