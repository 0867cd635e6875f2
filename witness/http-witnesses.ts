import type { Policy } from '../checkpoint/policy/policy.ts';
import { hasQuorum } from '../checkpoint/policy/policy.ts';
import { witnessEndpoints } from '../checkpoint/policy/endpoints.ts';
import { isBy } from '../checkpoint/verify.ts';
import type { StoredCosignature } from '../storage/cosignatures.ts';
import type { Candidate, WitnessFigures, WitnessListener, WitnessReport, Witnesses } from './contract.ts';
import { type AskParts, Endpoint, POLICY_MET } from './endpoint.ts';

export interface WitnessTimes {
  /** Milliseconds that stragglers get once the policy is met; undefined where nobody waits for the round. */
  readonly grace: number | undefined;
}

/** The witnesses of a policy file, asked over HTTP. */
export class HttpWitnesses implements Witnesses {
  readonly #policy: Policy;
  readonly #endpoints: readonly Endpoint[];
  readonly #times: WitnessTimes;

  /** @param last - what each witness said last, as far as it was kept */
  constructor(policy: Policy, last: readonly StoredCosignature[], parts: AskParts, times: WitnessTimes) {
    this.#policy = policy;
    this.#times = times;
    this.#endpoints = witnessEndpoints(policy).map((endpoint) => new Endpoint(endpoint, last, parts));
  }

  async ask(candidate: Candidate, { given, claimed }: WitnessListener, stop: AbortSignal): Promise<void> {
    const { grace } = this.#times;
    const all: StoredCosignature[] = [];
    const met = new AbortController();
    const enough = AbortSignal.any([met.signal, stop]);
    let timer: NodeJS.Timeout | undefined;
    const take = (some: readonly StoredCosignature[]): void => {
      if (enough.aborted) return;
      all.push(...some);
      given(some);
      if (grace !== undefined && this.meetsPolicy(all)) timer ??= setTimeout(() => met.abort(POLICY_MET), grace);
    };
    try {
      await Promise.all(
        this.#worthAsking().map((endpoint) => endpoint.ask(candidate, enough, { given: take, claimed })),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  meetsPolicy(cosignatures: readonly StoredCosignature[]): boolean {
    const lines = cosignatures.map(({ name, keyId, signature }) => ({ name, keyId, signature }));
    const cosigned = this.#policy.witnesses.filter(
      ({ verifier }) => verifier !== undefined && lines.some((line) => isBy(line, verifier)),
    );
    return hasQuorum(this.#policy, new Set(cosigned.map(({ name }) => name)));
  }

  report(): readonly WitnessReport[] {
    return this.#endpoints.flatMap((endpoint) => endpoint.report());
  }

  figures(): readonly WitnessFigures[] {
    return this.#endpoints.flatMap((endpoint) => endpoint.figures());
  }

  /** Those that failed lately are left alone for a while, if the others can meet the policy. */
  #worthAsking(): readonly Endpoint[] {
    const well = this.#endpoints.filter((endpoint) => !endpoint.isBackingOff());
    const names = new Set(well.flatMap(({ names: own }) => own));
    return hasQuorum(this.#policy, names) ? well : this.#endpoints;
  }
}
