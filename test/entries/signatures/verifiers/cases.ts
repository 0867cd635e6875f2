import { type Curve } from '../../../../entries/signatures/claim.ts';
import { CURVES } from '../../../../entries/signatures/curves.ts';
import { inverse, mod, toFixedBytes, toInteger } from '../../../../entries/signatures/integers.ts';
import { digestOf, multiplyBase } from '../../../../entries/signatures/node-crypto.ts';
import { type DigestCheck } from '../../../../entries/signatures/verifier.ts';

/** A check, how it was made, and what is known of it beforehand. */
export interface Case {
  readonly kind: string;
  readonly check: DigestCheck;
  /** Undefined where only chance could make it hold. */
  readonly holds: boolean | undefined;
}

/** Numbers that are the same in every run: mulberry32. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

const KEYS = 24;

interface Key {
  readonly secret: bigint;
  readonly point: Uint8Array;
}

/** `1/k`, and x of `k·G`. */
interface Nonce {
  readonly inverse: bigint;
  readonly r: bigint;
}

/** Keys and nonces with their points: signing is arithmetic from here on. */
class Signer {
  readonly curve: Curve;
  readonly dice: Dice;
  readonly #keys: readonly Key[];
  readonly #nonces: readonly Nonce[];

  constructor(curve: Curve, seed: number) {
    this.curve = curve;
    this.dice = new Dice(seed);
    const { n, length } = CURVES[curve];
    const scalars = Array.from({ length: 2 * KEYS }, () => 1n + mod(toInteger(this.dice.bytes(length)), n - 1n));
    const points = scalars.map((scalar) => multiplyBase(curve, toFixedBytes(scalar, length)));
    const pairs = scalars.map((secret, i) => ({ secret, point: points[i] as Uint8Array }));
    this.#keys = pairs.slice(0, KEYS);
    this.#nonces = pairs
      .slice(KEYS)
      .map(({ secret, point }) => ({ inverse: inverse(secret, n), r: toInteger(point.subarray(1, 1 + length)) % n }));
  }

  key(): Key {
    return this.#keys[this.dice.below(KEYS)] as Key;
  }

  nonce(): Nonce {
    return this.#nonces[this.dice.below(KEYS)] as Nonce;
  }

  /** Returns the number that a digest stands for. */
  e(digest: Uint8Array): bigint {
    const excess = Math.max(0, 8 * digest.length - CURVES[this.curve].bits);
    return toInteger(digest) >> BigInt(excess);
  }

  sign(digest: Uint8Array): Signed {
    const { n } = CURVES[this.curve];
    const { secret, point } = this.key();
    const nonce = this.nonce();
    return { point, r: nonce.r, s: mod((this.e(digest) + nonce.r * secret) * nonce.inverse, n), digest };
  }
}

interface Signed {
  readonly point: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
  readonly digest: Uint8Array;
}

type Make = (signer: Signer) => { readonly signed: Signed; readonly holds: boolean | undefined };

const flip = (signer: Signer, bytes: Uint8Array): Uint8Array => {
  const at = signer.dice.below(8 * bytes.length);
  return bytes.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
};

const fresh = (signer: Signer): Signed => signer.sign(signer.dice.bytes(32));

/** Changes a good signature over 32 bytes. */
function changed(change: (signed: Signed, signer: Signer) => Partial<Signed>, holds?: boolean): Make {
  return (signer) => {
    const signed = fresh(signer);
    return { signed: { ...signed, ...change(signed, signer) }, holds };
  };
}

function flippedScalar(signer: Signer, scalar: bigint): bigint {
  return scalar ^ (1n << BigInt(signer.dice.below(CURVES[signer.curve].bits)));
}

const SUBSTITUTE = digestOf('sha256', new Uint8Array());

/**
 * A digest that makes the point which is added to the key, where a substitute for it is made, the key itself or its
 * negative: `(e − e')/r = ±d`. The signature is good.
 */
function meeting(sign: 1n | -1n): Make {
  return (signer) => {
    const { n, length } = CURVES[signer.curve];
    const { secret, point } = signer.key();
    const nonce = signer.nonce();
    const e = mod(signer.e(SUBSTITUTE) + sign * nonce.r * secret, n);
    const s = mod((e + nonce.r * secret) * nonce.inverse, n);
    return { signed: { point, r: nonce.r, s, digest: digestFor(signer.curve, e, length) }, holds: s !== 0n };
  };
}

/** Bytes that count for `e` once they are cut to the bits of the order. */
function digestFor(curve: Curve, e: bigint, length: number): Uint8Array {
  return toFixedBytes(e << BigInt(8 * length - CURVES[curve].bits), length);
}

/** `u₁·G = u₂·Q`: their sum is a doubling. The signature is good. */
const doubling: Make = (signer) => {
  const { n, length } = CURVES[signer.curve];
  const { secret, point } = signer.key();
  const nonce = signer.nonce();
  const e = mod(nonce.r * secret, n);
  const s = mod(2n * e * nonce.inverse, n);
  return { signed: { point, r: nonce.r, s, digest: digestFor(signer.curve, e, length) }, holds: true };
};

/** `u₁·G = −u₂·Q`: their sum is the point at infinity, which has no x. */
const infinity: Make = (signer) => {
  const { n, length } = CURVES[signer.curve];
  const { secret, point } = signer.key();
  const { r } = signer.nonce();
  const s = 1n + mod(toInteger(signer.dice.bytes(length)), n - 1n);
  return { signed: { point, r, s, digest: digestFor(signer.curve, mod(-r * secret, n), length) }, holds: false };
};

const anyDigest: Make = (signer) => {
  const digest = signer.dice.bytes(20 + signer.dice.below(60));
  return { signed: signer.sign(digest), holds: true };
};

const KINDS: Readonly<Record<string, Make>> = {
  good: changed(() => ({}), true),
  'a digest of any length': anyDigest,
  'a digest of zeros': (signer) => ({ signed: signer.sign(new Uint8Array(32)), holds: true }),
  'a digest of ones': (signer) => ({ signed: signer.sign(new Uint8Array(64).fill(0xff)), holds: true }),
  'no digest': (signer) => ({ signed: signer.sign(new Uint8Array()), holds: true }),
  'the other s': (signer) => {
    const signed = fresh(signer);
    return { signed: { ...signed, s: CURVES[signer.curve].n - signed.s }, holds: true };
  },
  'a key that meets what is added to it': meeting(1n),
  'a key that is the negative of what is added to it': meeting(-1n),
  'a sum that is a doubling': doubling,
  'a sum at infinity': infinity,
  'a bit of r': changed(({ r }, signer) => ({ r: flippedScalar(signer, r) })),
  'a bit of s': changed(({ s }, signer) => ({ s: flippedScalar(signer, s) })),
  'a bit of the digest': changed(({ digest }, signer) => ({ digest: flip(signer, digest) })),
  'a bit of the point': changed(({ point }, signer) => ({ point: flip(signer, point) }), false),
  'another key': changed((_, signer) => ({ point: signer.key().point })),
  'r and s exchanged': changed(({ r, s }) => ({ r: s, s: r })),
  'r twice': changed(({ r }) => ({ s: r })),
  'r = 0': changed(() => ({ r: 0n }), false),
  's = 0': changed(() => ({ s: 0n }), false),
  'r + n': changed(({ r }, { curve }) => ({ r: r + CURVES[curve].n }), false),
  's + n': changed(({ s }, { curve }) => ({ s: s + CURVES[curve].n }), false),
  'r about n': changed((_, { curve, dice }) => ({ r: CURVES[curve].n + BigInt(dice.below(3)) - 1n })),
  's about n': changed((_, { curve, dice }) => ({ s: CURVES[curve].n + BigInt(dice.below(3)) - 1n })),
  'r = 1': changed(() => ({ r: 1n })),
  's = 1': changed(() => ({ s: 1n })),
  'r of all bits': changed((_, { curve }) => ({ r: 256n ** BigInt(CURVES[curve].length) - 1n }), false),
};

/** Every kind in turn, in the same order and with the same numbers in every run. */
export function* casesOf(curve: Curve, seed: number): Generator<Case, never> {
  const signer = new Signer(curve, seed);
  const { length } = CURVES[curve];
  for (;;) {
    for (const [kind, make] of Object.entries(KINDS)) {
      const { signed, holds } = make(signer);
      const width = length + signer.dice.below(3); // with up to two zeros in front, or the octet that s + n takes
      const [r, s] = [signed.r, signed.s].map((scalar) => toFixedBytes(scalar, Math.max(width, length + 1)));
      yield { kind, holds, check: { ...signed, r: r as Uint8Array, s: s as Uint8Array } };
    }
  }
}
