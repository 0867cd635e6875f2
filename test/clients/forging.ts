import type { SerializedBundle } from '@sigstore/bundle';

export type Changeable<T> = { -readonly [Name in keyof T]: Changeable<T[Name]> };
export type ForgedEntry = Changeable<SerializedBundle['verificationMaterial']['tlogEntries'][number]>;

/** One bit of the byte at `at`, counted from the end if negative. */
export function flip(encoded: string, at: number): string {
  const bytes = Buffer.from(encoded, 'base64');
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** @param line - of the checkpoint, counted from 0 */
export function changeNote({ inclusionProof }: ForgedEntry, line: number, edit: (line: string) => string): void {
  const checkpoint = inclusionProof?.checkpoint;
  if (!checkpoint) throw new Error('the entry has no checkpoint');
  const lines = checkpoint.envelope.split('\n');
  checkpoint.envelope = lines.map((text, i) => (i === line ? edit(text) : text)).join('\n');
}

/** A change that leaves no proof that holds. */
export interface Forgery {
  readonly forged: string;
  /** Of the client's error. */
  readonly code: string;
  readonly forge: (entry: ForgedEntry) => void;
}

const CODE = 'TLOG_INCLUSION_PROOF_ERROR';

/** Of what entries of both APIs have in common. */
export const PROOF_FORGERIES: readonly Forgery[] = [
  {
    forged: 'another index in the proof',
    code: CODE,
    forge: ({ inclusionProof: proof }) => void (proof && (proof.logIndex = '2')),
  },
  {
    forged: 'another hash in the proof',
    code: CODE,
    forge: ({ inclusionProof: proof }) => void (proof && (proof.hashes[0] = flip(proof.hashes[0] ?? '', 0))),
  },
  { forged: 'a proof that lacks a hash', code: CODE, forge: ({ inclusionProof: proof }) => void proof?.hashes.pop() },
  {
    forged: 'a proof with a hash more',
    code: CODE,
    forge: ({ inclusionProof: proof }) => void proof?.hashes.push(proof.hashes[0] ?? ''),
  },
  {
    forged: 'a checkpoint of another origin',
    code: CODE,
    forge: (entry) => changeNote(entry, 0, (line) => `${line}0`),
  },
  {
    forged: 'a checkpoint of another size',
    code: CODE,
    forge: (entry) => changeNote(entry, 1, (line) => String(Number(line) + 1)),
  },
  {
    forged: 'a checkpoint of another root',
    code: CODE,
    forge: (entry) => changeNote(entry, 2, (line) => flip(line, 0)),
  },
  {
    forged: 'a checkpoint with another signature',
    code: CODE,
    forge: (entry) => changeNote(entry, 4, (line) => line.replace(/\S+$/, (encoded) => flip(encoded, -1))),
  },
  {
    forged: 'a checkpoint of another key',
    code: CODE,
    forge: (entry) => changeNote(entry, 4, (line) => line.replace(/\S+$/, (encoded) => flip(encoded, 0))),
  },
];
