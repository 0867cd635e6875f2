import { fingerprintIn, indexAt, type Records } from './records.ts';

const NONE = -1;

/** The newest records, which are in no run yet: found by fingerprint, dropped once a run has them. */
export class MemTable {
  /** For each fingerprint, the place of its newest record. */
  #newest = new Map<number, number>();
  #indexes: number[] = [];
  /** For each record, the place of the one before it with the same fingerprint. */
  #before: number[] = [];

  get size(): number {
    return this.#indexes.length;
  }

  /** @param records - of later entries than all before, or of the same */
  add(records: Records): void {
    for (let place = 0; place < records.length / 2; place += 1) {
      this.#put(fingerprintIn(records[2 * place + 1] as number), indexAt(records, place));
    }
  }

  /** Indexes from `from` on, ascending. */
  find(fingerprint: number, from: number): readonly number[] {
    const found: number[] = [];
    let place = this.#newest.get(fingerprint) ?? NONE;
    while (place !== NONE && (this.#indexes[place] as number) >= from) {
      found.push(this.#indexes[place] as number);
      place = this.#before[place] as number;
    }
    return found.reverse();
  }

  /** Forgets all records of entries before `index`. */
  dropBelow(index: number): void {
    const kept = [...this.#newest].flatMap(([fingerprint]) =>
      this.find(fingerprint, index).map((each) => [fingerprint, each] as const),
    );
    this.#newest = new Map();
    [this.#indexes, this.#before] = [[], []];
    for (const [fingerprint, each] of kept) this.#put(fingerprint, each);
  }

  #put(fingerprint: number, index: number): void {
    const place = this.#indexes.push(index) - 1;
    this.#before.push(this.#newest.get(fingerprint) ?? NONE);
    this.#newest.set(fingerprint, place);
  }
}
