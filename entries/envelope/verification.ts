import { toBase64, toHex } from '../../base/bytes.ts';
import type { Verdict } from '../../base/verdict.ts';
import { InvalidEntry } from '../failures.ts';
import { type KeyMaterial } from '../pki/x509.ts';
import { type SignatureClaim } from '../signatures/claim.ts';
import { readKey } from '../spec/key.ts';
import { type Envelope } from './envelope.ts';
import { claimSignatures, limitClaims, NONE_ACCEPTED, type OpenedEnvelope, openEnvelope } from './opened.ts';

/**
 * One distinct verifier, and where its claims begin: one for each distinct signature, in the order of the envelope.
 * Verifiers with one key, however it is written, have the same claims.
 */
interface Row {
  readonly key: KeyMaterial | InvalidEntry;
  readonly firstClaim: number;
}

export interface Cover {
  readonly payload: Uint8Array;
  /** The last key that accepted it, for each distinct `sig`. */
  readonly keys: ReadonlyMap<string, KeyMaterial>;
}

/**
 * Finds which of several verifiers made which signatures of one envelope. All claims are made beforehand; faults of
 * single verifiers are kept until the moment at which Rekor would meet them, which may never come.
 */
export class EnvelopeVerification {
  readonly claims: readonly SignatureClaim[];
  readonly #opened: OpenedEnvelope | InvalidEntry;
  readonly #verifiers: readonly string[];
  readonly #rows = new Map<string, Row>();

  /**
   * @param verifiers - PEM texts
   * @throws InvalidEntry if there are too many to try them all
   */
  constructor(envelope: Envelope, verifiers: readonly Uint8Array[]) {
    const names = verifiers.map(toBase64);
    const distinct = new Map(names.map((name, i) => [name, verifiers[i] as Uint8Array]));
    const sigs = new Set(envelope.signatures.map(({ sig }) => sig));
    limitClaims(distinct.size * sigs.size);
    const opened = faultOr(() => openEnvelope(envelope));
    const claims: SignatureClaim[] = [];
    const firstClaims = new Map<string, number>();
    for (const [name, pem] of distinct) {
      const key = faultOr(() => readVerifier(pem));
      const spki = key instanceof InvalidEntry ? '' : toHex(key.key.spki);
      const firstClaim = firstClaims.get(spki) ?? claims.length;
      this.#rows.set(name, { key, firstClaim });
      if (key instanceof InvalidEntry || opened instanceof InvalidEntry || firstClaims.has(spki)) continue;
      firstClaims.set(spki, firstClaim);
      claims.push(...claimSignatures(opened, key.key, sigs));
    }
    this.claims = claims;
    this.#opened = opened;
    this.#verifiers = names;
  }

  /**
   * Asks one verifier after the other; each accepts the first signature that it made and has to accept one.
   *
   * @param surplus - `ignore`: verifiers are not even parsed once all signatures are covered; `judge`: all must accept
   * @throws InvalidEntry also if a signature is left over
   */
  cover(verdicts: readonly Verdict[], surplus: 'ignore' | 'judge'): Cover {
    const keys = new Map<string, KeyMaterial>();
    let payload: Uint8Array = new Uint8Array();
    let open = Number.POSITIVE_INFINITY;
    for (const name of this.#verifiers) {
      if (surplus === 'ignore' && open === 0) break;
      const row = this.#row(name);
      if (row.key instanceof InvalidEntry) throw row.key;
      const opened = this.#openedOrThrow();
      keys.set(acceptedBy(row, opened, verdicts), row.key);
      payload = opened.payload;
      open = opened.signatures.size - keys.size;
    }
    if (open > 0) throw new InvalidEntry('all signatures must have a key that verifies it');
    return { payload, keys };
  }

  #row(name: string): Row {
    const row = this.#rows.get(name);
    if (row === undefined) throw new Error('a verifier was not prepared');
    return row;
  }

  #openedOrThrow(): OpenedEnvelope {
    if (this.#opened instanceof InvalidEntry)
      throw new InvalidEntry(`could not verify envelope: ${this.#opened.message}`);
    return this.#opened;
  }
}

/** The first signature that the verifier made. @throws InvalidEntry */
function acceptedBy(row: Row, opened: OpenedEnvelope, verdicts: readonly Verdict[]): string {
  let claim = row.firstClaim;
  for (const sig of opened.signatures.keys()) {
    if (verdicts[claim]?.holds === true) return sig;
    claim += 1;
  }
  throw new InvalidEntry(`could not verify envelope: ${NONE_ACCEPTED}`);
}

/** @throws InvalidEntry */
function readVerifier(pem: Uint8Array): KeyMaterial {
  const key = faultOr(() => readKey(pem));
  if (key instanceof InvalidEntry) throw new InvalidEntry(`could not parse public key as x509: ${key.message}`);
  return key;
}

function faultOr<T>(read: () => T): T | InvalidEntry {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidEntry) return error;
    throw error;
  }
}
