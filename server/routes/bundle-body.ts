import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { concatBytes } from '../../base/bytes.ts';
import { ownTurn } from '../../log/turns.ts';
import { type EntryBundle, WHOLE_BUNDLE_BYTES } from '../../storage/entries.ts';
import { gunzip } from '../../storage/gunzip.ts';
import type { MadeBytes } from '../http/answer.ts';

/** Bytes that the inflating stream gives at a time. */
const INFLATED_BYTES = 64 * 1024;
/** Pieces that a stream has in hand: one that it inflates, one that is read ahead. */
const PIECES_AHEAD = 2;

/** A bundle as it is kept. */
export function asKept({ length, largestPiece, pieces }: EntryBundle): MadeBytes {
  if (length <= WHOLE_BUNDLE_BYTES) return { length, make: () => concatBytes(...pieces()) };
  return { length, make: () => ({ held: largestPiece, read: () => inTurn(pieces()) }) };
}

/** A bundle that is kept in a gzip stream, inflated: a large one beside the main thread, at the pace of its reader. */
export function inflated({ length, plainLength, largestPiece, pieces }: EntryBundle): MadeBytes {
  if (Math.max(length, plainLength) <= WHOLE_BUNDLE_BYTES)
    return { length: plainLength, make: () => gunzip(concatBytes(...pieces())) };
  const held = PIECES_AHEAD * (largestPiece + INFLATED_BYTES);
  return { length: plainLength, make: () => ({ held, read: () => inflate(inTurn(pieces())) }) };
}

/** A piece is up to 16 MB of a row: of all readers one has it read in each turn of the event loop. */
async function* inTurn(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await ownTurn();
  for (const piece of pieces) {
    yield piece;
    await ownTurn();
  }
}

/** The last piece is given out only once the stream's checksum has been found right (RFC 1952 §2.3.1). @throws if it is damaged */
async function* inflate(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(pieces, { highWaterMark: 1 });
  const plain = pipeline(source, createGunzip({ chunkSize: INFLATED_BYTES }), () => undefined);
  let before: Uint8Array | undefined;
  for await (const chunk of plain as AsyncIterable<Uint8Array>) {
    if (before !== undefined) yield before;
    before = chunk;
  }
  if (before !== undefined) yield before;
}
