import { UnfitStep } from './failures.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { TreeEdge } from '../../merkle/tree-edge.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import type { CommitStep, Step } from '../../storage/records/step.ts';
import { HeadVerifier, type VerifiableShard } from '../signers/head-verifier.ts';

/** Makes of an identity what it takes to check signatures. @throws Error where it has no public keys */
export type ShardOf = (identity: LogIdentity) => VerifiableShard;

/** Checks the steps of one shard, from the first on: each body up to the root of every signed head, and the signatures on it. */
export class StepCheck {
  readonly #shardOf: ShardOf;
  readonly #edge = new TreeEdge();
  #identity: LogIdentity | undefined;
  #verifier: HeadVerifier | undefined;
  #isFrozen = false;
  #heads = 0;

  constructor(shardOf: ShardOf) {
    this.#shardOf = shardOf;
  }

  get identity(): LogIdentity | undefined {
    return this.#identity;
  }

  /** Entries so far. */
  get size(): number {
    return this.#edge.head.size;
  }

  get heads(): number {
    return this.#heads;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** @throws Error saying what is wrong with it */
  take(step: Step): void {
    if (step.op === 'create') return this.#begin(step.identity);
    const verifier = this.#verifier;
    if (verifier === undefined) throw new UnfitStep('the steps do not begin with the identity of a log');
    if (step.op === 'commit') this.#commit(step, verifier);
    else if (step.op === 'cosign') this.#requireKnown(Math.max(0, ...step.cosignatures.map(({ size }) => size)));
    else if (step.op === 'freeze') {
      verifier.requireEnd(this.#edge.head, step.freeze);
      this.#isFrozen = true;
    }
  }

  #begin(identity: LogIdentity): void {
    if (this.#identity !== undefined) throw new UnfitStep('a second log begins behind the first');
    this.#identity = identity;
    this.#verifier = new HeadVerifier(this.#shardOf(identity));
  }

  #commit({ entries, head }: CommitStep, verifier: HeadVerifier): void {
    if (this.#isFrozen) throw new UnfitStep('entries follow behind the end of the log');
    for (const { body } of entries) this.#edge.add(hashLeaf(body));
    const { size, root } = this.#edge.head;
    if (size !== head.size || !equalBytes(root, head.root))
      throw new UnfitStep(
        `the first ${size} entries have the root ${toHex(root)}, and ${toHex(head.root)} of ${head.size} was signed`,
      );
    verifier.requireSigned(head);
    this.#heads += 1;
  }

  #requireKnown(size: number): void {
    if (size > this.size) throw new UnfitStep(`a cosignature of ${size} entries stands before its head`);
  }
}
