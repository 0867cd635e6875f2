import { ByteReader, ByteWriter } from '../../base/byte-record.ts';
import { utf8 } from '../../base/bytes.ts';
import { decodeUtf8 } from '../../base/utf8-mending.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import type { LeafHash } from '../../merkle/types.ts';
import { Failure } from '../../base/failure.ts';
import type { VerifierChoice } from '../../entries/signatures/verifiers/choose.ts';
import type { AdmissionRules } from '../../entries/admission.ts';
import type { JsonLimits } from '../../base/json-meter.ts';
import { isKnown, revived, type SentFailure, sent } from '../http/failure-responses.ts';

/** Tasks of an admission thread. */
export type Task = 'create' | 'createV2' | 'logQuery' | 'searchQuestion';

/** Whether the outcome of a task is an admitted entry. */
export const admits = (task: Task | undefined): boolean => task === 'create' || task === 'createV2';

/** Settings that the threads start with. */
export interface AdmissionSettings {
  readonly rules: Omit<AdmissionRules, 'factsOf'>;
  readonly json: JsonLimits;
  readonly maxRetrieve: number;
  readonly verifier: VerifierChoice;
  /** Certificates that the admission policy trusts, in DER; absent where there is no policy. */
  readonly policy?: PolicyCertificates;
}

export interface PolicyCertificates {
  readonly roots: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
}

/** Quick: small bodies with cheap checks, many in a batch. Costly: all else, one at a time. */
export type LaneName = 'quick' | 'costly';

/** Start data of a thread. */
export interface ThreadSettings extends AdmissionSettings {
  readonly lane: LaneName;
}

/** The request is too costly for the quick lane. Never leaves the threads. */
export class Deferred extends Failure<'deferred'> {
  readonly code = 'deferred';
}

/** Some bodies, in one buffer that changes hands: request `i` has `tasks[i]` and the next `lengths[i]` bytes. */
export interface Batch {
  /** Names the reply; no two batches of a thread have the same. */
  readonly id: number;
  readonly tasks: readonly Task[];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Packable {
  readonly task: Task;
  readonly body: Uint8Array;
}

/** Puts requests into one message. A long body is given away, not copied. */
export function packed(id: number, jobs: readonly Packable[]): Batch {
  const lengths = jobs.map(({ body }) => body.length);
  return { id, tasks: jobs.map(({ task }) => task), lengths, bytes: joined(jobs) };
}

/** Small bodies are copied; a large one travels alone, as it is. */
function joined(jobs: readonly Packable[]): Uint8Array<ArrayBuffer> {
  const [first] = jobs;
  if (first !== undefined && jobs.length === 1 && ownsBuffer(first.body)) return first.body;
  const bytes = new Uint8Array(jobs.reduce((sum, { body }) => sum + body.length, 0));
  let at = 0;
  for (const { body } of jobs) {
    bytes.set(body, at);
    at += body.length;
  }
  return bytes;
}

/** Bytes up to which a body is copied, so that it is whole when its thread has ended. */
export const COPIED_BYTES = 64 * 1024;

/** Whether there is nothing else in the body's buffer. Buffers of the size of what a socket gives may be Node's own. */
function ownsBuffer(body: Uint8Array): body is Uint8Array<ArrayBuffer> {
  return body.length > COPIED_BYTES && body.buffer instanceof ArrayBuffer && body.buffer.byteLength === body.length;
}

export type Outcome =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'failure'; readonly failure: SentFailure }
  | { readonly is: 'bug'; readonly text: string }
  /** Too costly for the quick lane. */
  | { readonly is: 'deferred' };

/** Outcomes in the order of the requests. Where one is undefined, the next entry in `admitted` stands. */
export interface Reply {
  /** Of the batch that is answered: batches of one thread may be answered in any order. */
  readonly id: number;
  readonly outcomes: readonly (Outcome | undefined)[];
  readonly admitted: Uint8Array<ArrayBuffer>;
}

export function packReply({ id, tasks }: Pick<Batch, 'id' | 'tasks'>, outcomes: readonly Outcome[]): Reply {
  const entries = outcomes.map((outcome, i) =>
    admits(tasks[i]) && outcome.is === 'value' ? (outcome.value as AdmittedEntry) : undefined,
  );
  const writer = new ByteWriter(entries.reduce((sum, entry) => sum + roomFor(entry), 0));
  for (const entry of entries) if (entry !== undefined) writeAdmitted(writer, entry);
  return {
    id,
    outcomes: outcomes.map((outcome, i) => (entries[i] === undefined ? outcome : undefined)),
    admitted: writer.finish(),
  };
}

const HAS_ATTESTATION = 1;
const HAS_FACTS = 2;

/** Bytes that an entry will hardly need more than. */
function roomFor(entry: AdmittedEntry | undefined): number {
  return entry === undefined ? 0 : 1024 + entry.body.length + (entry.attestation?.length ?? 0);
}

export function unpackReply({ outcomes, admitted }: Pick<Reply, 'outcomes' | 'admitted'>): readonly Outcome[] {
  const reader = new ByteReader(admitted);
  return outcomes.map((outcome) => outcome ?? { is: 'value', value: readAdmitted(reader) });
}

/**
 * Writes an admitted entry for another thread. Thousands of them a second are tens of thousands of small parts, and to clone
 * those one by one costs more than to write them here and read them there.
 */
function writeAdmitted(writer: ByteWriter, entry: AdmittedEntry): void {
  const { kind, version, body, leafHash, searchKeys, attestation, facts } = entry;
  writer.text(kind);
  writer.text(version);
  writer.bytes(body);
  writer.bytes(leafHash);
  writer.bytes(searchKeys.packed);
  writer.uint8((attestation === undefined ? 0 : HAS_ATTESTATION) + (facts === undefined ? 0 : HAS_FACTS));
  if (attestation !== undefined) writer.bytes(attestation);
  if (facts !== undefined) writer.bytes(utf8(facts));
}

/** Bytes are views of what `reader` reads. */
function readAdmitted(reader: ByteReader): AdmittedEntry {
  const [kind, version] = [reader.text(), reader.text()];
  const body = reader.bytes();
  const leafHash = reader.bytes() as LeafHash;
  const searchKeys = { packed: reader.bytes() };
  const has = reader.uint8();
  return {
    kind,
    version,
    body,
    leafHash,
    searchKeys,
    ...(has % 2 === HAS_ATTESTATION && { attestation: reader.bytes() }),
    ...(has >= HAS_FACTS && { facts: decodeUtf8(reader.bytes()) }),
  };
}

export function toOutcome(thrown: unknown): Outcome {
  if (thrown instanceof Deferred) return { is: 'deferred' };
  const failure = isKnown(thrown) ? sent(thrown) : undefined;
  if (failure !== undefined) return { is: 'failure', failure };
  return { is: 'bug', text: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
}

export function fromOutcome(outcome: Exclude<Outcome, { readonly is: 'value' }>): Error {
  switch (outcome.is) {
    case 'failure':
      return revived(outcome.failure);
    case 'bug':
      return new Error(outcome.text);
    case 'deferred':
      return new Error('a request was put off, and no other lane takes it');
  }
}
