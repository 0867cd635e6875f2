import { hexToBytes } from '@noble/hashes/utils.js';
import type { Curve } from './claim.ts';

/** A curve `y² = x³ − 3x + b` over `p` with a base point of prime order `n` (FIPS 186-4 D.1.2). */
export interface CurveParameters {
  /** OpenSSL's name. */
  readonly group: string;
  readonly p: bigint;
  readonly n: bigint;
  readonly b: bigint;
  /** Bits in `n`: a longer digest is cut to these (FIPS 186-4 §6.4). */
  readonly bits: number;
  /** Bytes in a coordinate, and in a scalar. */
  readonly length: number;
  /** All of a SubjectPublicKeyInfo that stands before the point `04‖X‖Y` (RFC 5480 §2). */
  readonly spkiPrefix: Uint8Array;
}

export const CURVES: Readonly<Record<Curve, CurveParameters>> = {
  'P-224': {
    group: 'secp224r1',
    p: 0xffffffffffffffffffffffffffffffff000000000000000000000001n,
    n: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
    b: 0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4n,
    bits: 224,
    length: 28,
    spkiPrefix: hexToBytes('304e301006072a8648ce3d020106052b81040021033a00'),
  },
  'P-256': {
    group: 'prime256v1',
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    bits: 256,
    length: 32,
    spkiPrefix: hexToBytes('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
  },
  'P-384': {
    group: 'secp384r1',
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    bits: 384,
    length: 48,
    spkiPrefix: hexToBytes('3076301006072a8648ce3d020106052b81040022036200'),
  },
  'P-521': {
    group: 'secp521r1',
    p: 2n ** 521n - 1n,
    n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    bits: 521,
    length: 66,
    spkiPrefix: hexToBytes('30819b301006072a8648ce3d020106052b8104002303818600'),
  },
};

/** Whether `x, y` are reduced and meet the equation. Every curve here has prime order, so that is all there is to ask. */
export function isOnCurve({ p, b }: CurveParameters, x: bigint, y: bigint): boolean {
  return x < p && y < p && (y * y - (x * x - 3n) * x - b) % p === 0n;
}
