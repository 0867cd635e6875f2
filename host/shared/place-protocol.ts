import { createHmac, timingSafeEqual } from 'node:crypto';
import { ByteReader, ByteWriter } from '../../base/byte-record.ts';
import { concatBytes, utf8 } from '../../base/bytes.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import type { ForwardedEntry, Placing } from '../../log/forwarder.ts';

/*
 * Entries on their way between two machines of a shared log, in one message each way. Both are sealed by a secret that only the machines
 * have, so that nobody else can have entries taken that no machine has admitted, and the answer belongs to its question.
 *
 * A seal of 32 bytes, then what it seals: the term of the leadership that is meant, and the entries; or the answer.
 */

export interface PlaceRequest {
  readonly term: Uint8Array;
  readonly entries: readonly ForwardedEntry[];
  /** Binds the answer to it. */
  readonly seal: Uint8Array;
}

/** Undefined from a machine that does not lead under that term. */
export type PlaceAnswer = readonly Placing[] | undefined;

/** Entries in one message at most. */
export const MAX_ENTRIES = 4096;

const SEAL_BYTES = 32;
const TERM_BYTES = 16;

export function packRequest(
  secret: Uint8Array,
  { term, entries }: Omit<PlaceRequest, 'seal'>,
): { readonly bytes: Uint8Array; readonly seal: Uint8Array } {
  const writer = new ByteWriter(64 * 1024);
  writer.raw(term);
  writer.uint32(entries.length);
  for (const { entry, isAnew } of entries) {
    writer.uint8(Number(isAnew) + (entry.attestation === undefined ? 0 : 2));
    for (const text of [entry.kind, entry.version]) writer.text(text);
    for (const part of [entry.body, entry.searchKeys.packed]) writer.bytes(part);
    if (entry.attestation !== undefined) writer.bytes(entry.attestation);
  }
  const content = writer.finish();
  const seal = sealOf(secret, 'place', content);
  return { bytes: concatBytes(seal, content), seal };
}

/** Undefined for what no machine of the log has sealed. @throws Error for a message that was sealed and is none */
export function readRequest(secret: Uint8Array, bytes: Uint8Array): PlaceRequest | undefined {
  const [seal, content] = [bytes.subarray(0, SEAL_BYTES), bytes.subarray(SEAL_BYTES)];
  if (!isSeal(seal, sealOf(secret, 'place', content))) return undefined;
  const reader = new ByteReader(content);
  const term = reader.raw(TERM_BYTES);
  const count = reader.uint32();
  if (count > MAX_ENTRIES) throw new Error(`${count} entries in one message, and ${MAX_ENTRIES} are taken`);
  return { term, seal, entries: Array.from({ length: count }, () => readEntry(reader)) };
}

function readEntry(reader: ByteReader): ForwardedEntry {
  const marks = reader.uint8();
  const [kind, version, body, packed] = [reader.text(), reader.text(), reader.bytes(), reader.bytes()];
  const entry = { kind, version, body, leafHash: hashLeaf(body), searchKeys: { packed } };
  const isAnew = marks % 2 === 1;
  return { isAnew, entry: marks < 2 ? entry : { ...entry, attestation: reader.bytes() } };
}

/** @param asked - the seal of the request */
export function packAnswer(secret: Uint8Array, asked: Uint8Array, answer: PlaceAnswer): Uint8Array {
  const writer = new ByteWriter(4096);
  writer.uint8(answer === undefined ? 0 : 1);
  writer.uint32(answer?.length ?? 0);
  for (const placing of answer ?? []) {
    const isPlaced = placing.is === 'placed';
    writer.uint8(isPlaced ? Number(placing.isDuplicate) : 2 + Number(placing.isOverload));
    if (isPlaced) writer.number(placing.index);
    else writer.text(placing.reason);
  }
  const content = writer.finish();
  return concatBytes(sealOf(secret, 'placed', concatBytes(asked, content)), content);
}

/** @throws Error for an answer that no machine of the log has given to this request */
export function readAnswer(secret: Uint8Array, asked: Uint8Array, bytes: Uint8Array): PlaceAnswer {
  const [seal, content] = [bytes.subarray(0, SEAL_BYTES), bytes.subarray(SEAL_BYTES)];
  if (!isSeal(seal, sealOf(secret, 'placed', concatBytes(asked, content))))
    throw new Error('the answer does not come from a machine of this log');
  const reader = new ByteReader(content);
  const leads = reader.uint8() === 1;
  const count = reader.uint32();
  if (!leads) return undefined;
  if (count > MAX_ENTRIES) throw new Error('the answer is about too many entries');
  return Array.from({ length: count }, () => readPlacing(reader));
}

function readPlacing(reader: ByteReader): Placing {
  const how = reader.uint8();
  if (how < 2) return { is: 'placed', isDuplicate: how === 1, index: reader.number() };
  return { is: 'refused', isOverload: how === 3, reason: reader.text() };
}

function sealOf(secret: Uint8Array, what: string, content: Uint8Array): Uint8Array {
  return createHmac('sha256', secret)
    .update(utf8(`stele ${what}\n`))
    .update(content)
    .digest();
}

const isSeal = (given: Uint8Array, wanted: Uint8Array): boolean =>
  given.length === wanted.length && timingSafeEqual(given, wanted);
