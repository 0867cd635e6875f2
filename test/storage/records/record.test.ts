import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../base/bytes.ts';
import { packSearchKeys } from '../../../entries/search-key-list.ts';
import { treeSize } from '../../../merkle/types.ts';
import { DamagedRecord, EMPTY_LIST, LENGTH_BYTES, packRecord, readRecord } from '../../../storage/records/record.ts';
import type { RecordedEntry, Step } from '../../../storage/records/step.ts';
import { weightOf } from '../../../storage/records/step-codec.ts';
import { headOf, IDENTITY } from '../conformance/commits.ts';

const searchKeys = packSearchKeys([{ source: 'payload', text: 'someone@example.org' }]).packed;
const plain: RecordedEntry = {
  integratedTime: 5,
  body: utf8('a body'),
  signedEntryTimestamp: utf8('a SET'),
  searchKeys,
};
const attested: RecordedEntry = { ...plain, attestation: utf8('attested') };
const emptily: RecordedEntry = { ...plain, attestation: new Uint8Array() };
const cosignature = {
  size: treeSize(3),
  name: 'witness.test',
  keyId: Uint8Array.of(1, 2, 3, 4),
  signature: new Uint8Array(72).fill(7),
};
const claim = { witness: 'w', size: treeSize(9), says: 'another tree', at: 12 } as const;
const { size, root } = headOf(3);

const STEPS: readonly Step[] = [
  { op: 'create', identity: { ...IDENTITY, offset: 12 } },
  { op: 'create', identity: { ...IDENTITY, publicKeys: undefined } },
  { op: 'document', text: '{"type":"stele-birth"}\n' },
  { op: 'commit', entries: [plain, attested, emptily], head: headOf(3) },
  {
    op: 'commit',
    entries: [plain],
    head: { ...headOf(4), awaitsCosignatures: true, signatures: { rekor: utf8('x'), c2sp: undefined } },
  },
  { op: 'cosign', cosignatures: [cosignature], published: treeSize(0) },
  { op: 'cosign', cosignatures: [], published: undefined },
  { op: 'claim', claim },
  { op: 'claim', claim: { ...claim, says: 'more' } },
  { op: 'witness', head: { size, root, origin: 'other.test', at: 7, note: 'other.test\n3\n' } },
  { op: 'lead', term: new Uint8Array(16).fill(3), address: '127.0.0.1:9' },
  { op: 'lead', term: new Uint8Array(16).fill(4), address: undefined },
  { op: 'freeze', freeze: { at: 99, signature: utf8('the end') } },
];

/** Hex, whatever class of bytes they come as. */
function plainly(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plainly);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainly(one)]));
}

const { bytes, end } = packRecord({ records: 5, last: new Uint8Array(32).fill(1) }, STEPS);
const before = { records: 5, last: new Uint8Array(32).fill(1) };
const record = bytes.subarray(LENGTH_BYTES);

describe('a record of steps', () => {
  it('gives back every kind of step as it was written', () => {
    const read = readRecord(before, record);
    expect(plainly(read.steps)).toStrictEqual(plainly(STEPS));
    expect(plainly(read.end)).toStrictEqual(plainly(end));
  });

  it('says its length in the four bytes before it', () => {
    expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)).toBe(record.length);
  });

  it('is refused in the place of another, and behind another', () => {
    expect(() => readRecord({ ...before, records: 6 }, record)).toThrow(/record 5 stands in the place of 6/);
    expect(() => readRecord({ ...before, last: EMPTY_LIST.last }, record)).toThrow(DamagedRecord);
  });

  it('is refused with any bit flipped, and with any end cut off', () => {
    for (let at = 0; at < record.length; at += 1) {
      const flipped = Uint8Array.from(record);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      expect(() => readRecord(before, flipped)).toThrow(DamagedRecord);
      expect(() => readRecord(before, record.subarray(0, at))).toThrow(DamagedRecord);
    }
  });

  it('weighs a commit by what its entries hold', () => {
    const attestation = new Uint8Array(1000);
    const of = (entry: RecordedEntry): number => weightOf({ op: 'commit', entries: [entry], head: headOf(1) });
    expect(of({ ...plain, attestation }) - of(plain)).toBe(1000);
  });
});
