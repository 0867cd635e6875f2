/*
 * Which fingerprints a run may have: a Bloom filter in blocks of 512 bits, so that a question touches one line of cache.
 * With 14 bits a record it says `perhaps` wrongly once in 300 times, and `no` never.
 */

const BITS_PER_RECORD = 14;
const BLOCK_WORDS = 16;
const BLOCK_BITS = 512;
const PROBES = 6;

/** Shared between threads, and written by one of them before the others see it. */
export type Filter = Uint32Array<SharedArrayBuffer>;

/** An empty filter for so many records. */
export function emptyFilter(records: number): Filter {
  const blocks = Math.max(1, Math.ceil((records * BITS_PER_RECORD) / BLOCK_BITS));
  return new Uint32Array(new SharedArrayBuffer(4 * BLOCK_WORDS * blocks));
}

export function addTo(filter: Filter, fingerprint: number): void {
  const block = blockOf(filter, fingerprint);
  visit(fingerprint, (bit) => {
    const word = block + (bit >>> 5);
    filter[word] = (filter[word] as number) | (1 << (bit & 31));
    return true;
  });
}

export function mayHave(filter: Filter, fingerprint: number): boolean {
  const block = blockOf(filter, fingerprint);
  return visit(fingerprint, (bit) => ((filter[block + (bit >>> 5)] as number) & (1 << (bit & 31))) !== 0);
}

/** Fingerprints are hashes already, but runs are sorted by them: they are mixed, so that blocks fill evenly. */
function blockOf(filter: Filter, fingerprint: number): number {
  const blocks = filter.length / BLOCK_WORDS;
  return Math.floor((mix(fingerprint) / 2 ** 32) * blocks) * BLOCK_WORDS;
}

/** Calls `look` with each of the fingerprint's bits in its block, until one gives false. */
function visit(fingerprint: number, look: (bit: number) => boolean): boolean {
  const mixed = mix(fingerprint ^ 0x5bd1e995);
  const step = ((mixed >>> 9) & (BLOCK_BITS - 1)) | 1;
  let bit = mixed & (BLOCK_BITS - 1);
  for (let probe = 0; probe < PROBES; probe += 1) {
    if (!look(bit)) return false;
    bit = (bit + step) & (BLOCK_BITS - 1);
  }
  return true;
}

/** The finalizer of MurmurHash3: every bit of the result depends on every bit given. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
