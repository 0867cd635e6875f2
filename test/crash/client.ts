import { hash } from 'node:crypto';
import { parseHex } from '../../base/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { parseNote } from '../../checkpoint/note.ts';
import { nodeHash } from '../../merkle/types.ts';
import { verifyConsistency } from '../../merkle/verify.ts';
import { type Proposal, dsse, hashedrekord, intoto001, intoto002 } from '../../testkit/proposals.ts';
import { newSubmitter, statement } from '../../testkit/proposals.ts';

/** The part of an answer that a client keeps, to hold the log to it. */
export interface Receipt {
  readonly id: string;
  readonly logIndex: number;
  readonly body: string;
  readonly integratedTime: number;
  readonly signedEntryTimestamp: string;
  readonly checkpoint: string;
}

/** A proposal and the digest by which it can be found, such as `sha256:…`. */
export interface Submission {
  readonly proposal: Proposal;
  readonly digest: string;
}

const submitter = newSubmitter();
const others = [newSubmitter('rsa'), newSubmitter('ed25519')];

/** In turn: mostly hashedrekord, and envelopes, whose search keys are not all in their canonical body. */
const FORMS: readonly ((artifact: string) => Proposal)[] = [
  (artifact) => hashedrekord(artifact, submitter),
  (artifact) => intoto002(statement(artifact), submitter),
  (artifact) => hashedrekord(artifact, others[0]),
  (artifact) => hashedrekord(artifact),
  (artifact) => dsse(statement(artifact), submitter),
  (artifact) => hashedrekord(artifact, submitter),
  (artifact) => intoto001(statement(artifact), submitter),
  (artifact) => hashedrekord(artifact, others[1]),
];

export function submissionOf(artifact: string, turn: number): Submission {
  const form = FORMS[turn % FORMS.length] ?? hashedrekord;
  // Ed25519ph is over SHA-512, and that is the digest it is found by.
  const algorithm = form === FORMS.at(-1) ? 'sha512' : 'sha256';
  return { digest: `${algorithm}:${hash(algorithm, artifact)}`, proposal: form(artifact) };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Undefined when no whole answer came. */
export async function ask(base: string, path: string, body?: unknown): Promise<Answer | undefined> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const response = await fetch(base + path, body === undefined ? {} : post);
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** Reads the answer of `path`, which has status 200. @throws otherwise */
export async function get<T>(base: string, path: string, body?: unknown): Promise<T> {
  const answer = await ask(base, path, body);
  if (answer?.status !== 200) throw new Error(`${path}: ${answer?.status} ${answer?.text}`);
  return JSON.parse(answer.text) as T;
}

export const submit = (base: string, { proposal }: Submission): Promise<Answer | undefined> =>
  ask(base, '/api/v1/log/entries', proposal);

interface EntryValue extends Pick<Receipt, 'logIndex' | 'body' | 'integratedTime'> {
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: { readonly checkpoint: string };
  };
}

export function receiptOf(entries: Readonly<Record<string, EntryValue>>): Receipt {
  const [only] = Object.entries(entries);
  if (only === undefined) throw new Error('an answer without an entry');
  const [id, { logIndex, body, integratedTime, verification }] = only;
  const { signedEntryTimestamp, inclusionProof } = verification;
  return { id, logIndex, body, integratedTime, signedEntryTimestamp, checkpoint: inclusionProof.checkpoint };
}

/** @throws unless the answer is 201 */
export function created(answer: Answer | undefined): Receipt {
  if (answer?.status !== 201) throw new Error(`not accepted: ${answer?.status} ${answer?.text}`);
  return receiptOf(JSON.parse(answer.text) as Record<string, EntryValue>);
}

export async function entryAt(base: string, index: number): Promise<Receipt> {
  return receiptOf(await get(base, `/api/v1/log/entries?logIndex=${index}`));
}

export async function headOf(base: string): Promise<string> {
  return (await get<{ signedTreeHead: string }>(base, '/api/v1/log')).signedTreeHead;
}

export async function treeSizeOf(base: string): Promise<number> {
  return (await get<{ treeSize: number }>(base, '/api/v1/log')).treeSize;
}

/** Those of the notes whose tree the log's present one does not extend. Empty trees are part of any. */
export async function inconsistentWith(base: string, notes: Iterable<string>): Promise<readonly string[]> {
  const head = checkpointIn(await headOf(base));
  const broken: string[] = [];
  for (const note of new Set(notes)) {
    const old = checkpointIn(note);
    if (old.size > 0 && !(await extendedBy(base, old, head))) broken.push(note);
  }
  return broken;
}

/** Reads the checkpoint in a signed note. Its signatures are others' concern. */
export function checkpointIn(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

async function extendedBy(base: string, old: Checkpoint, head: Checkpoint): Promise<boolean> {
  if (old.origin !== head.origin || old.size > head.size) return false;
  const path = `/api/v1/log/proof?firstSize=${old.size}&lastSize=${head.size}`;
  const { hashes } = await get<{ hashes: readonly string[] }>(base, path);
  return verifyConsistency(old, head, hashes.map(toNode));
}

const toNode = (hex: string) => nodeHash(parseHex(hex, 32) ?? new Uint8Array());

/** Ids that the index has under a digest. */
export const search = (base: string, digest: string): Promise<readonly string[]> =>
  get(base, '/api/v1/index/retrieve', { hash: digest });
