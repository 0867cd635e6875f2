import type { CosignatureStore, WitnessClaim } from '../storage/cosignatures.ts';

export interface ClaimParts {
  readonly store: Pick<CosignatureStore, 'keepClaim'>;
  /** Returns the number of entries in the largest tree that this log has signed. */
  readonly size: () => number;
  /** Claims about trees of at most so many entries do not count: the operator has found them to be wrong. */
  readonly overruled: number;
  /** Told why nothing is signed any more, when that begins. */
  readonly alarm: (sentence: string) => void;
}

/**
 * Claims of witnesses that this log is not the one whose heads they cosigned: the log was restored from an old copy of
 * itself, or the witness is wrong. The process cannot tell which, so it signs nothing until the operator decides.
 * Claims are in the store, so that a restart does not remove them.
 */
export class WitnessClaims {
  readonly #parts: ClaimParts;
  /** The claim about the largest tree, by witness. */
  readonly #claims = new Map<string, WitnessClaim>();
  /** Witnesses whose claims could not be written yet. */
  readonly #unkept = new Set<string>();

  /** @param kept - what the store has */
  constructor(parts: ClaimParts, kept: readonly WitnessClaim[]) {
    this.#parts = parts;
    for (const claim of kept) this.#claims.set(claim.witness, claim);
  }

  /** Why nothing may be signed; undefined while no claim stands. */
  refusal(): string | undefined {
    for (const claim of this.#claims.values()) if (this.#stands(claim)) return this.#reason(claim);
    return undefined;
  }

  /** Stops the log at once, and resolves when the claim is durable. */
  async take(claim: WitnessClaim): Promise<void> {
    if (!this.#stands(claim) || this.#isKept(claim)) return;
    const before = this.refusal();
    this.#claims.set(claim.witness, claim);
    const reason = this.refusal();
    if (reason !== undefined && before === undefined) this.#parts.alarm(reason);
    this.#unkept.add(claim.witness);
    await this.#parts.store.keepClaim(claim);
    this.#unkept.delete(claim.witness);
  }

  /** Whether the same claim, or one about a larger tree, is stored already. */
  #isKept({ witness, size }: WitnessClaim): boolean {
    const known = this.#claims.get(witness);
    return known !== undefined && known.size >= size && this.#stands(known) && !this.#unkept.has(witness);
  }

  #stands({ size, says }: WitnessClaim): boolean {
    const { overruled, size: own } = this.#parts;
    return size > overruled && (says === 'another tree' || size > own());
  }

  #reason({ witness, size, says }: WitnessClaim): string {
    const what =
      says === 'another tree'
        ? `the ${size} entries that it has cosigned are not the first of this log`
        : `it has cosigned ${size} entries of this log, which has ${this.#parts.size()}`;
    return `the witness ${witness} says that ${what}: the log was restored from an old copy, or the witness is wrong. Put back a newer copy, or, if it is known that the witness is wrong, start with --overrule-witness ${size}`;
  }
}
