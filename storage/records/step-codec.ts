import type { ByteReader, ByteWriter } from '../../base/byte-record.ts';
import { nodeHash, type RootHash, type TreeHead, treeSize } from '../../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../cosignatures.ts';
import type { StoredHead } from '../heads.ts';
import type { LogIdentity } from '../identity.ts';
import type { WitnessedHead } from '../witness-state.ts';
import type { CommitStep, RecordedEntry, Step } from './step.ts';

/*
 * A step as bytes: the number of its kind, then its parts in a fixed order. A number that has been used stays the number of
 * that kind for ever.
 */

const NUMBERS = { create: 1, document: 2, commit: 3, cosign: 4, claim: 5, witness: 6, freeze: 7, lead: 8 } as const;

type Op = Step['op'];
type Of<Kind extends Op> = Extract<Step, { readonly op: Kind }>;

interface Codec<S> {
  readonly write: (writer: ByteWriter, step: S) => void;
  readonly read: (reader: ByteReader) => S;
}

const NONE = new Uint8Array();
const CLAIMS = ['more', 'another tree'] as const satisfies readonly WitnessClaim['says'][];

const CODECS: { readonly [Kind in Op]: Codec<Of<Kind>> } = {
  create: {
    write: (writer, { identity }) => writeIdentity(writer, identity),
    read: (reader) => ({ op: 'create', identity: readIdentity(reader) }),
  },
  document: {
    write: (writer, { text }) => writer.text(text),
    read: (reader) => ({ op: 'document', text: reader.text() }),
  },
  commit: { write: writeCommit, read: readCommit },
  cosign: {
    write: (writer, { cosignatures, published }) => {
      writer.number(published ?? -1);
      writer.uint32(cosignatures.length);
      for (const cosignature of cosignatures) writeCosignature(writer, cosignature);
    },
    read: (reader) => {
      const published = reader.number();
      const cosignatures = readEach(reader, readCosignature);
      return { op: 'cosign', cosignatures, published: published < 0 ? undefined : treeSize(published) };
    },
  },
  claim: {
    write: (writer, { claim: { witness, size, says, at } }) => {
      writer.text(witness);
      writer.number(size);
      writer.uint8(CLAIMS.indexOf(says));
      writer.number(at);
    },
    read: (reader) => {
      const [witness, size, says, at] = [reader.text(), treeSize(reader.number()), reader.uint8(), reader.number()];
      return { op: 'claim', claim: { witness, size, says: known(CLAIMS[says]), at } };
    },
  },
  witness: {
    write: (writer, { head }) => writeWitnessed(writer, head),
    read: (reader) => ({ op: 'witness', head: readWitnessed(reader) }),
  },
  lead: {
    write: (writer, { term, address }) => {
      writer.bytes(term);
      writer.text(address ?? '');
    },
    read: (reader) => {
      const [term, address] = [reader.bytes(), reader.text()];
      return { op: 'lead', term, address: address === '' ? undefined : address };
    },
  },
  freeze: {
    write: (writer, { freeze: { at, signature } }) => {
      writer.number(at);
      writer.bytes(signature);
    },
    read: (reader) => ({ op: 'freeze', freeze: { at: reader.number(), signature: reader.bytes() } }),
  },
};

/** Writes the step behind what `writer` has. */
export function writeStep(writer: ByteWriter, step: Step): void {
  writer.uint8(NUMBERS[step.op]);
  (CODECS[step.op] as Codec<Step>).write(writer, step);
}

/** Reads what `writeStep` wrote. Bytes are views. @throws Error for anything else */
export function readStep(reader: ByteReader): Step {
  const number = reader.uint8();
  const op = known(OPS.find((one) => NUMBERS[one] === number));
  return CODECS[op].read(reader);
}

const OPS = Object.keys(NUMBERS) as readonly Op[];

/** About as many bytes as the step takes. */
export function weightOf(step: Step): number {
  if (step.op !== 'commit') return 256;
  return step.entries.reduce(
    (sum, { body, searchKeys, attestation }) => sum + weightOfEntry(body, searchKeys, attestation),
    256,
  );
}

const weightOfEntry = (body: Uint8Array, searchKeys: Uint8Array, attestation: Uint8Array = NONE): number =>
  body.length + searchKeys.length + attestation.length + 128;

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a step of a kind that this version does not know');
  return value;
}

function readEach<T>(reader: ByteReader, read: (reader: ByteReader) => T): readonly T[] {
  const all: T[] = [];
  for (let left = reader.uint32(); left > 0; left -= 1) all.push(read(reader));
  return all;
}

function writeIdentity(writer: ByteWriter, { publicKeys, ...identity }: LogIdentity): void {
  for (const text of [identity.treeId, identity.origin, identity.logId, identity.c2spKeyId]) writer.text(text);
  writer.number(identity.offset);
  writer.number(identity.created);
  writer.uint8(publicKeys === undefined ? 0 : 1);
  if (publicKeys) for (const pem of [publicKeys.rekor, publicKeys.c2sp]) writer.text(pem);
}

function readIdentity(reader: ByteReader): LogIdentity {
  const [treeId, origin, logId, c2spKeyId] = [reader.text(), reader.text(), reader.text(), reader.text()];
  const [offset, created] = [reader.number(), reader.number()];
  const publicKeys = reader.uint8() === 1 ? { rekor: reader.text(), c2sp: reader.text() } : undefined;
  return { treeId, origin, logId, c2spKeyId, publicKeys, offset, created };
}

function writeCommit(writer: ByteWriter, { entries, head }: CommitStep): void {
  writer.uint32(entries.length);
  for (const { integratedTime, body, signedEntryTimestamp, searchKeys, attestation } of entries) {
    writer.number(integratedTime);
    for (const part of [body, signedEntryTimestamp, searchKeys]) writer.bytes(part);
    writer.uint8(attestation === undefined ? 0 : 1);
    if (attestation) writer.bytes(attestation);
  }
  writeHead(writer, head);
}

function readCommit(reader: ByteReader): CommitStep {
  return { op: 'commit', entries: readEach(reader, readEntry), head: readHead(reader) };
}

function readEntry(reader: ByteReader): RecordedEntry {
  const integratedTime = reader.number();
  const [body, signedEntryTimestamp, searchKeys] = [reader.bytes(), reader.bytes(), reader.bytes()];
  const entry = { integratedTime, body, signedEntryTimestamp, searchKeys };
  return reader.uint8() === 1 ? { ...entry, attestation: reader.bytes() } : entry;
}

/** A head of format 1 has an empty signature of the `c2sp` key here. */
function writeHead(writer: ByteWriter, { at, signatures, awaitsCosignatures, ...head }: StoredHead): void {
  writeTreeHead(writer, head);
  writer.number(at);
  writer.bytes(signatures.rekor);
  writer.bytes(signatures.c2sp ?? NONE);
  writer.uint8(Number(awaitsCosignatures));
}

function readHead(reader: ByteReader): StoredHead {
  const head = readTreeHead(reader);
  const [at, rekor, c2sp] = [reader.number(), reader.bytes(), reader.bytes()];
  const signatures = { rekor, c2sp: c2sp.length === 0 ? undefined : c2sp };
  return { ...head, at, signatures, awaitsCosignatures: reader.uint8() === 1 };
}

function writeTreeHead(writer: ByteWriter, { size, root }: TreeHead): void {
  writer.number(size);
  writer.raw(root);
}

function readTreeHead(reader: ByteReader): TreeHead {
  return { size: treeSize(reader.number()), root: nodeHash(reader.raw(32)) as RootHash };
}

function writeCosignature(writer: ByteWriter, { size, name, keyId, signature }: StoredCosignature): void {
  writer.number(size);
  writer.text(name);
  for (const part of [keyId, signature]) writer.bytes(part);
}

function readCosignature(reader: ByteReader): StoredCosignature {
  return {
    size: treeSize(reader.number()),
    name: reader.text(),
    keyId: reader.bytes(),
    signature: reader.bytes(),
  };
}

function writeWitnessed(writer: ByteWriter, { origin, at, note, ...head }: WitnessedHead): void {
  writeTreeHead(writer, head);
  writer.number(at);
  for (const text of [origin, note]) writer.text(text);
}

function readWitnessed(reader: ByteReader): WitnessedHead {
  return { ...readTreeHead(reader), at: reader.number(), origin: reader.text(), note: reader.text() };
}
