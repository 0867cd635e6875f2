import { hash } from 'node:crypto';
import { ByteWriter } from '../../base/byte-record.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';
import type { HistoryReads } from '../../storage/history.ts';
import type { Copied } from '../../storage/records/copied.ts';
import type { Step } from '../../storage/records/step.ts';
import { writeStep } from '../../storage/records/step-codec.ts';

/** Cosignatures that are read at a time. A head has fewer. */
const PAGE = 4096;

type Reads = Pick<HistoryReads, 'cosignaturesFrom' | 'claims' | 'witnessed'>;

/**
 * Rows that come after the head they are about, or take the place of others: cosignatures, claims of witnesses, and heads of
 * other logs. A cosignature is about the newest head or a later one than any before it, so no smaller heads are looked at.
 */
export class LateRows {
  readonly #reads: Reads;
  /** Digests of those that the copy has: cosignatures of the largest head that has some, and all others. */
  #cosignatures = new Set<string>();
  #others = new Set<string>();

  constructor(reads: Reads) {
    this.#reads = reads;
  }

  /** Takes the rows there are for those of the copy, if they have the copy's digest; else all are new. */
  async recall({ cosigned, changing }: Copied): Promise<void> {
    const newest = (await this.#reads.cosignaturesFrom(cosigned, PAGE)).filter(({ size }) => size === cosigned);
    this.#cosignatures = new Set(newest.map((one) => digestOf(asStep([one]))));
    this.#others = new Set((await this.#otherSteps()).map(digestOf));
    if (this.digest === changing) return;
    this.#cosignatures.clear();
    this.#others.clear();
  }

  /** Of the rows that the copy has. */
  get digest(): string {
    return hash('sha256', [...this.#cosignatures, '', ...this.#others].join('\n'), 'hex');
  }

  /** Gives out what is new about heads of `from` up to `to` entries, and about other logs. */
  async *fresh(from: number, to: number): AsyncGenerator<Step> {
    for (let at = from; ;) {
      const page = await this.#reads.cosignaturesFrom(at, PAGE);
      const within = page.filter(({ size }) => size <= to);
      const fresh = within.filter((one) => !this.#cosignatures.has(digestOf(asStep([one]))));
      if (fresh.length > 0) yield asStep(fresh);
      const last = within.at(-1)?.size;
      if (last !== undefined) this.#knowOf(within.filter(({ size }) => size === last));
      if (last === undefined || last === at || page.length < PAGE) break;
      at = last;
    }
    const others = await this.#otherSteps();
    yield* others.filter((step) => !this.#others.has(digestOf(step)));
    this.#others = new Set(others.map(digestOf));
  }

  #knowOf(newest: readonly StoredCosignature[]): void {
    this.#cosignatures = new Set(newest.map((one) => digestOf(asStep([one]))));
  }

  async #otherSteps(): Promise<readonly Step[]> {
    const [claims, heads] = [await this.#reads.claims(), await this.#reads.witnessed()];
    return [
      ...claims.map((claim) => ({ op: 'claim', claim }) as const),
      ...heads.map((head) => ({ op: 'witness', head }) as const),
    ];
  }
}

const asStep = (cosignatures: readonly StoredCosignature[]): Step => ({
  op: 'cosign',
  cosignatures,
  published: undefined,
});

function digestOf(step: Step): string {
  const writer = new ByteWriter(512);
  writeStep(writer, step);
  return hash('sha256', writer.finish(), 'hex');
}
