import { type Curve, type PublicKey, type SignatureClaim } from './claim.ts';

/*
 * Costs of signature checks, as a multiple of one ECDSA check on P-256 (some 100 us with `openssl`). Measured by
 * `bench verify`; of what depends on the signature the costliest is counted.
 */

const CURVE_COST: Readonly<Record<Curve, number>> = { 'P-224': 4, 'P-256': 1, 'P-384': 12, 'P-521': 25 };
/** A point of small order, which OpenSSL refuses, is looked at again in JavaScript. */
const ED25519_COST = 25;
const MIB = 2 ** 20;
/** SHA-256 of a message, made once for all checks over it. */
const SHA256_COST_PER_MIB = 7;
/** SHA-512 of key, signature and message: for each check anew, and twice where a point is of small order. */
const ED25519_COST_PER_MIB = 28;
/** Montgomery multiplications by a modulus of 1024 bits. */
const RSA_COST = 0.0028;
/** Multiplications that an RSA check makes beside those of its exponent's bits. */
const RSA_SETUP = 8;
/** OpenSSL goes no further. */
const MAX_MODULUS_BYTES = 2048;

/** The cost of one check with `key`, without hashing what is signed. */
function keyCost(key: PublicKey): number {
  if (key.type === 'ecdsa') return CURVE_COST[key.curve];
  if (key.type === 'ed25519') return ED25519_COST;
  if (key.modulus.length > MAX_MODULUS_BYTES) return 1; // refused by its length
  return 0.5 + RSA_COST * (key.modulus.length / 128) ** 2 * (RSA_SETUP + 8 * key.exponent.length);
}

/** The cost of checking that `key` signed a message of `length` bytes, hashed for this check alone. */
export function messageCheckCost(key: PublicKey, length: number): number {
  return keyCost(key) + (length / MIB) * (key.type === 'ed25519' ? ED25519_COST_PER_MIB : SHA256_COST_PER_MIB);
}

/** The cost of checking all claims of one entry. Claims over one message share its hash where their keys do. */
export function claimsCost(claims: readonly SignatureClaim[]): number {
  const hashed = new Set<Uint8Array>();
  let cost = 0;
  for (const { key, signed } of claims) {
    const isKnown = signed.over === 'digest' || (key.type !== 'ed25519' && hashed.has(signed.message));
    cost += isKnown ? keyCost(key) : messageCheckCost(key, signed.message.length);
    if (!isKnown && key.type !== 'ed25519') hashed.add(signed.message);
  }
  return cost;
}

/** A budget of what the signature checks of one request cost. Counted before they are made. */
export class CheckBudget {
  readonly #limit: number;
  readonly #refuse: (member: string, cost: number) => Error;
  #spent = 0;

  /** @param refuse - makes what is thrown, from the member at fault and the cost so far */
  constructor(limit: number, refuse: (member: string, cost: number) => Error) {
    this.#limit = limit;
    this.#refuse = refuse;
  }

  /** @param member - that asks for the checks. @throws what `refuse` makes, once the limit is passed */
  spend(member: string, cost: number): void {
    this.#spent += cost;
    if (this.#spent > this.#limit) throw this.#refuse(member, Math.ceil(this.#spent));
  }
}
