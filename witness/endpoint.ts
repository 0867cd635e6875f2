import type { WitnessEndpoint } from '../checkpoint/policy/endpoints.ts';
import type { PolicyWitness } from '../checkpoint/policy/policy.ts';
import { parseCosignature } from '../checkpoint/cosignature.ts';
import { equalBytes } from '../base/bytes.ts';
import { Failure } from '../base/failure.ts';
import { parseSize, readCosignatures, SIZE_TYPE } from '../checkpoint/witness/answer.ts';
import { MalformedAnswer } from '../checkpoint/witness/failures.ts';
import { formatAddCheckpoint } from '../checkpoint/witness/request.ts';
import type { Verifier } from '../checkpoint/verify.ts';
import { type TreeSize, treeSize } from '../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../storage/cosignatures.ts';
import type { Candidate, WitnessFigures, WitnessListener, WitnessReport } from './contract.ts';
import type { Post, Posted } from './post.ts';

export interface AskParts {
  readonly post: Post;
  /** Seconds since the Unix epoch. */
  readonly now: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly steady: () => number;
  /** Seconds that a witness's clock may differ from ours. */
  readonly tolerance: number;
  /** Called with the state of a witness each time that it changes. */
  readonly tell: (report: WitnessReport) => void;
}

/** Requests to a witness in one round: one that names another size than was assumed is asked again, with a proof from that size. */
const TRIES = 3;
/** Milliseconds before a witness that failed is asked again: doubled at each failure, up to the second number. */
const [FIRST_WAIT_MS, MAX_WAIT_MS] = [500, 30_000];

/** The reason to stop waiting that is no failure: the cosignatures of other witnesses meet the policy. */
export const POLICY_MET = 'policy-met';

/** One address, the witnesses behind it, and their last answers. */
export class Endpoint {
  readonly #url: string;
  readonly #witnesses: readonly (PolicyWitness & { readonly verifier: Verifier })[];
  readonly #parts: AskParts;
  readonly #times = new Map<Verifier, number>();
  #size: TreeSize;
  #known: boolean;
  #state = 'not asked yet';
  #failures = 0;
  /** Reason of the last failure; undefined after a success. */
  #fault: string | undefined;
  #restsUntil = 0;
  readonly #counts = { asked: 0, failed: 0 };

  constructor({ url, witnesses }: WitnessEndpoint, last: readonly StoredCosignature[], parts: AskParts) {
    this.#url = url;
    this.#parts = parts;
    this.#witnesses = witnesses.flatMap((one) =>
      one.verifier === undefined ? [] : [{ ...one, verifier: one.verifier }],
    );
    const own = this.#witnesses.flatMap(({ verifier }) => {
      const said = last.find(({ name, keyId }) => name === verifier.name && equalBytes(keyId, verifier.id));
      if (said === undefined) return [];
      this.#times.set(verifier, parseCosignature(said.signature)?.time ?? 0);
      return [said.size];
    });
    this.#size = treeSize(Math.max(0, ...own));
    this.#known = own.length > 0;
  }

  /** As the policy calls them. */
  get names(): readonly string[] {
    return this.#witnesses.map(({ name }) => name);
  }

  isBackingOff(): boolean {
    return this.#parts.steady() < this.#restsUntil;
  }

  report(): readonly WitnessReport[] {
    const known = this.#known ? { size: this.#size } : {};
    return this.#witnesses.map(({ name }) => ({ name, ...known, state: this.#state }));
  }

  figures(): readonly WitnessFigures[] {
    const size = this.#known ? this.#size : undefined;
    return this.#witnesses.map(({ name, verifier }) => {
      return { name, size, at: this.#times.get(verifier), ...this.#counts };
    });
  }

  /** Never rejects: what goes wrong is in the report. @param enough - ends the wait, and the witness is asked again next time */
  async ask(candidate: Candidate, enough: AbortSignal, { given, claimed }: WitnessListener): Promise<void> {
    this.#counts.asked += 1;
    try {
      const cosignatures = await this.#cosignatures(candidate, enough);
      this.#succeeded();
      given(cosignatures);
    } catch (error) {
      if (error instanceof Contradicted) claimed(this.#claim(error));
      const hasAnswered = error instanceof Refused || error instanceof Contradicted;
      if (hasAnswered || !enough.aborted) this.#failed(reasonOf(error));
      else if (enough.reason === POLICY_MET) this.#become(this.#silence());
    }
  }

  /** Names an earlier failure too: a witness that is down gives no answer either. */
  #silence(): string {
    const before = this.#fault === undefined ? '' : ` (before that: ${this.#fault})`;
    return `gave no answer before the others met the policy${before}`;
  }

  async #cosignatures(candidate: Candidate, enough: AbortSignal): Promise<readonly StoredCosignature[]> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const answer = await this.#parts.post(this.#url, await this.#request(candidate), enough);
      if (answer.status === 200) return this.#accept(candidate, answer);
      const old = this.#oldSize(candidate);
      if (this.#known && saysAnotherTree(answer, old, candidate.size)) throw new Contradicted(old, 'another tree');
      this.#size = sizeIn(answer);
      this.#known = true;
      if (this.#size > candidate.newest()) throw new Contradicted(this.#size, 'more');
      if (this.#size > candidate.size) return []; // of a later head, which somebody else sent: the next round asks about it
    }
    throw new Refused('names another size each time it is asked');
  }

  async #request({ size, note, prove }: Candidate): Promise<string> {
    const old = this.#oldSize({ size });
    const proof = old === 0 || old === size ? [] : await prove(old);
    return formatAddCheckpoint({ old, proof, note });
  }

  /** From which it is asked to prove. */
  #oldSize({ size }: Pick<Candidate, 'size'>): TreeSize {
    return treeSize(Math.min(this.#size, size));
  }

  #accept({ size, note, at }: Candidate, { body }: Posted): readonly StoredCosignature[] {
    const { now, tolerance } = this.#parts;
    const asked = this.#witnesses.map(({ verifier }) => ({ verifier, last: this.#times.get(verifier) }));
    const { accepted, refused } = readCosignatures(body, note.text, asked, { now: now(), since: at, tolerance });
    const [fault] = refused;
    if (fault !== undefined && accepted.length === 0)
      throw new Refused(`answered with a cosignature that ${WORDS[fault.fault]}`);
    if (accepted.length === 0) throw new Refused('answered with no cosignature of a key that the policy names');
    for (const { witness, time } of accepted) this.#times.set(witness, time);
    [this.#size, this.#known] = [size, true];
    return accepted.map(({ witness, signature }) => {
      return { size, name: witness.name, keyId: witness.id, signature: signature.signature };
    });
  }

  #claim({ size, says }: Contradicted): WitnessClaim {
    return { witness: this.names.join(', '), size, says, at: this.#parts.now() };
  }

  #succeeded(): void {
    [this.#failures, this.#restsUntil, this.#fault] = [0, 0, undefined];
    this.#become('ok');
  }

  #failed(reason: string): void {
    this.#fault = reason;
    this.#counts.failed += 1;
    this.#become(reason);
    this.#restsUntil = this.#parts.steady() + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
  }

  #become(state: string): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const report of this.report()) this.#parts.tell(report);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof MalformedAnswer) return `gave an answer that cannot be read: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

const WORDS = {
  'does-not-verify': 'is no signature of its key over our checkpoint',
  'no-time': 'says no time',
  'time-ahead': 'is from the future',
  'time-behind': 'is older than its last one',
  'time-before': 'is from a time before the tree was there',
} as const;

/** The answer has no cosignature that holds. */
class Refused extends Failure<'witness-refused'> {
  readonly code = 'witness-refused';
}

/** The witness has cosigned what this log, as it stands, never signed. c2sp.org/tlog-witness answers 409 and 422 so. */
class Contradicted extends Failure<'witness-contradicts'> {
  readonly code = 'witness-contradicts';
  readonly size: TreeSize;
  readonly says: WitnessClaim['says'];

  constructor(size: TreeSize, says: WitnessClaim['says']) {
    const what =
      says === 'more'
        ? `has cosigned ${size} entries, more than the log has`
        : `has cosigned another tree of ${size} entries`;
    super(`${what}: was the log rolled back?`);
    [this.size, this.says] = [size, says];
  }
}

/**
 * Whether the witness refuses the tree itself, and not the size that it is proven from, which it has named: 422, or 409 where both
 * sizes are one and the roots differ, as earlier versions of c2sp.org/tlog-witness had it.
 */
function saysAnotherTree({ status, body }: Posted, old: TreeSize, size: TreeSize): boolean {
  if (status === 422) return old > 0;
  if (status !== 409 || old === 0 || old !== size) return false;
  const text = new TextDecoder().decode(body);
  return !/^\d+\n$/.test(text) || text === `${old}\n`;
}

/** The size from which the witness wants a proof. @throws Refused */
function sizeIn({ status, type, body }: Posted): TreeSize {
  if (status === 409 && (type === SIZE_TYPE || /^\d+\n$/.test(new TextDecoder().decode(body)))) return parseSize(body);
  throw new Refused(`answered ${status}: ${firstLine(body)}`);
}

const LONGEST_SHOWN = 100;

function firstLine(body: Uint8Array): string {
  const [line = ''] = new TextDecoder().decode(body.subarray(0, 4 * LONGEST_SHOWN)).split('\n', 1);
  return line.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_SHOWN);
}
