import { toHex } from '../../base/bytes.ts';
import type { Proof, RootHash } from '../../merkle/types.ts';
import { AnswerReader, hexHash } from '../answer-reader.ts';
import { MalformedAnswer } from '../failures.ts';
import { MalformedEvidence } from './failures.ts';

/*
 * Fork evidence: heads that one key has signed, and that cannot be of one tree that only grows. docs/evidence.md has the
 * format.
 */

/** Two signed notes as the log published them. */
type TwoHeads = readonly [first: string, second: string];

/** Two heads of one log that contradict each other. */
export type Fork =
  /** Heads of one size with different roots. */
  | { readonly kind: 'two-roots'; readonly origin: string; readonly heads: TwoHeads }
  /** A smaller head, and a larger one whose tree is proved to begin otherwise. */
  | {
      readonly kind: 'other-beginning';
      readonly origin: string;
      readonly heads: TwoHeads;
      readonly beginning: Beginning;
    };

/** The root that the larger tree had at the size of the smaller head, and the consistency proof from there to the larger. */
export interface Beginning {
  readonly root: RootHash;
  readonly hashes: Proof;
}

const MEDIA_TYPE = 'application/vnd.stele.fork-evidence+json';
const VERSION = 1;
/** Forks in one file: one for each key of a log. */
const MAX_FORKS = 16;
/** Bytes of a file: sixteen forks of two notes of 2 KiB, and room. Notes with many cosignatures have fewer forks beside them. */
const EVIDENCE_LIMIT = 1024 * 1024;

/** Writes evidence as JSON with a final newline. @param forks - one or more, 16 at most */
export function formatEvidence(forks: readonly Fork[]): string {
  return `${JSON.stringify({ mediaType: MEDIA_TYPE, version: VERSION, forks: forks.map(forkJson) }, undefined, 2)}\n`;
}

function forkJson(fork: Fork): object {
  const { kind, origin, heads } = fork;
  if (kind === 'two-roots') return { kind, origin, heads };
  const { root, hashes } = fork.beginning;
  return { kind, origin, heads, beginning: { rootHash: toHex(root), hashes: hashes.map(toHex) } };
}

/** Reads evidence; nothing of it is verified. @returns one fork or more @throws MalformedEvidence that names the member */
export function parseEvidence(text: string): readonly Fork[] {
  try {
    return readEvidence(parseJson(text));
  } catch (error) {
    if (error instanceof MalformedAnswer) throw new MalformedEvidence(`it is no fork evidence: ${error.message}`);
    throw error;
  }
}

/** @throws MalformedEvidence */
function parseJson(text: string): unknown {
  if (text.length > EVIDENCE_LIMIT)
    throw new MalformedEvidence(`it is longer than ${EVIDENCE_LIMIT} bytes, and no fork evidence is`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new MalformedEvidence('it is no JSON, and fork evidence is');
  }
}

/** @throws MalformedAnswer, MalformedEvidence */
function readEvidence(value: unknown): readonly Fork[] {
  const reader = new AnswerReader(value);
  if (reader.text('mediaType') !== MEDIA_TYPE)
    throw new MalformedEvidence(`it is no fork evidence: mediaType is not ${MEDIA_TYPE}`);
  const version = reader.count('version');
  if (version !== VERSION)
    throw new MalformedEvidence(`it is fork evidence of version ${version}, and this program reads version ${VERSION}`);
  const { forks } = value as { readonly forks?: unknown };
  if (Array.isArray(forks) && forks.length > 0 && forks.length <= MAX_FORKS)
    return forks.map((fork: unknown, i) => readFork(fork, `forks.${i}`));
  throw new MalformedAnswer(`forks is not a list of 1 to ${MAX_FORKS} forks`);
}

/** @throws MalformedAnswer, MalformedEvidence */
function readFork(value: unknown, path: string): Fork {
  const reader = new AnswerReader(value, path);
  const [kind, origin, heads] = [reader.text('kind'), reader.text('origin'), headsIn(value, path)];
  if (kind === 'two-roots') return { kind, origin, heads };
  if (kind !== 'other-beginning') throw new MalformedAnswer(`${path}.kind is neither two-roots nor other-beginning`);
  const beginning = reader.object('beginning');
  const root = beginning.hash('rootHash', hexHash) as RootHash;
  return { kind, origin, heads, beginning: { root, hashes: beginning.hashes('hashes', hexHash) } };
}

/** @throws MalformedAnswer */
function headsIn(value: unknown, path: string): TwoHeads {
  const { heads } = value as { readonly heads?: unknown };
  const [first, second, ...more] = Array.isArray(heads) ? (heads as readonly unknown[]) : [];
  if (typeof first === 'string' && typeof second === 'string' && more.length === 0) return [first, second];
  throw new MalformedAnswer(`${path}.heads is not a list of two signed notes`);
}
