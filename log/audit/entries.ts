import { sha256 } from '../../base/sha256.ts';
import { equalBytes } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { TILE_WIDTH } from '../../merkle/tile.ts';
import type { LeafHash, NodeHash } from '../../merkle/types.ts';
import type { AuditedLog } from '../../storage/engine.ts';
import type { ScannedEntry } from '../../storage/history.ts';
import { DamagedEntry } from '../../storage/failures.ts';
import type { Fingerprints } from '../../storage/search-index/fingerprints.ts';
import { RecordList } from '../../storage/search-index/records.ts';
import { Tallier } from '../../storage/search-index/tally.ts';
import { checkTile } from './tiles.ts';
import { Damaged, type EntriesReport } from './reports.ts';

/** Entries `from` up to `to`; `from` is a multiple of 256. */
export interface EntryRange {
  readonly from: number;
  readonly to: number;
  /** Where the runs of the index end. */
  readonly runs: readonly number[];
}

/** Reads entries, hashes them and the tiles above them anew, and adds up what the index must have of them. @throws Damaged */
export async function auditEntries(reading: AuditedLog, { from, to, runs }: EntryRange): Promise<EntriesReport> {
  const keys = new ExpectedKeys(reading.fingerprints, runs, from);
  const roots: NodeHash[] = [];
  let leaves: LeafHash[] = [];
  let [bytes, attestations, first, last] = [0, 0, -1, -1];
  for (const entry of scan(reading, from, to)) {
    const { index, body, integratedTime } = entry;
    const leaf = hashLeaf(body);
    leaves.push(leaf);
    keys.add(entry, leaf);
    if (integratedTime < last)
      throw new Damaged(index, `entry ${index} says it was logged at ${integratedTime}, before the one in front of it`);
    if (first < 0) first = integratedTime;
    last = integratedTime;
    bytes += body.length;
    if (entry.attestation.length > 0) attestations += checkAttestation(reading, entry);
    if (leaves.length < TILE_WIDTH) continue;
    roots.push(await checkTile(reading, { level: 0, index: Math.floor(index / TILE_WIDTH) }, leaves));
    leaves = [];
  }
  const hashes = { roots: Buffer.concat(roots), leaves: Buffer.concat(leaves) };
  return { bytes, attestations, ...hashes, times: [first, last], ...keys.report() };
}

function* scan(reading: AuditedLog, from: number, to: number): Generator<ScannedEntry> {
  try {
    yield* reading.scan(from, to);
  } catch (error) {
    if (error instanceof DamagedEntry) throw new Damaged(error.index, `entry ${error.index}: ${error.message}`);
    throw error;
  }
}

function checkAttestation(reading: AuditedLog, { index, attestation }: ScannedEntry): number {
  const payload = reading.attestation(attestation);
  if (payload === undefined) throw new Damaged(index, `the attestation of entry ${index} is missing`);
  if (equalBytes(sha256(payload), attestation)) return 1;
  throw new Damaged(index, `the attestation of entry ${index} is not the one that was kept with it`);
}

/** Records that the index must have of each entry: one for its leaf, and one for each of its keys. */
class ExpectedKeys {
  readonly #fingerprints: Fingerprints;
  readonly #runs: readonly number[];
  readonly #firstRun: number;
  readonly #talliers: Tallier[] = [new Tallier()];
  #run: number;
  #keys = 0;

  /** @param runs - where each ends */
  constructor(fingerprints: Fingerprints, runs: readonly number[], from: number) {
    this.#fingerprints = fingerprints;
    const run = runs.findIndex((end) => from < end);
    this.#runs = runs;
    this.#firstRun = run < 0 ? runs.length : run;
    this.#run = this.#firstRun;
  }

  /** @throws Damaged */
  add({ index, searchKeys }: ScannedEntry, leaf: LeafHash): void {
    const list = new RecordList();
    try {
      this.#fingerprints.addTo(list, index, leaf, searchKeys);
    } catch {
      throw new Damaged(index, `the search keys of entry ${index} are damaged`);
    }
    this.#keys += list.size - 1;
    while (index >= (this.#runs[this.#run] ?? Infinity)) {
      this.#run += 1;
      this.#talliers.push(new Tallier());
    }
    if (this.#run === this.#runs.length) return; // is read from the rows at every start
    const tallier = this.#talliers.at(-1);
    const words = list.all();
    for (let at = 0; at < words.length; at += 2) tallier?.add(words[at + 1] as number, words[at] as number);
  }

  report(): Pick<EntriesReport, 'keys' | 'firstRun' | 'tallies'> {
    return { keys: this.#keys, firstRun: this.#firstRun, tallies: this.#talliers.map(({ tally }) => tally) };
  }
}
