import { ByteReader, ByteWriter } from '../../base/byte-record.ts';
import { readAdmitted, writeAdmitted } from '../../entries/admitted-record.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import { Failure } from '../../base/failure.ts';
import type { VerifierChoice } from '../../entries/signatures/verifiers/choose.ts';
import type { AdmissionRules } from '../../entries/admission.ts';
import type { JsonLimits } from '../../base/json-meter.ts';
import { isKnown, revived, type SentFailure, sent } from '../http/failure-responses.ts';

/** Tasks of an admission thread. */
export type Task = 'create' | 'createV2' | 'logQuery' | 'searchQuestion';

/** Whose outcome is an admitted entry. */
export const admits = (task: Task | undefined): boolean => task === 'create' || task === 'createV2';

/** Settings that the threads start with. */
export interface AdmissionSettings {
  readonly rules: AdmissionRules;
  readonly json: JsonLimits;
  readonly maxRetrieve: number;
  readonly verifier: VerifierChoice;
}

/** Quick: small bodies with cheap checks, many in a batch. Dear: all else, one at a time. */
export type LaneName = 'quick' | 'dear';

/** Start data of a thread. */
export interface ThreadSettings extends AdmissionSettings {
  readonly lane: LaneName;
}

/** The request is too dear for the quick lane. Never leaves the threads. */
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

export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: SentFailure }
  | { readonly ok: false; readonly bug: string }
  | { readonly ok: false; readonly deferred: true };

/** Outcomes in the order of the requests. Where one is undefined, the next entry in `admitted` stands. */
export interface Reply {
  /** Of the batch that is answered: batches of one thread may be answered in any order. */
  readonly id: number;
  readonly outcomes: readonly (Outcome | undefined)[];
  readonly admitted: Uint8Array<ArrayBuffer>;
}

export function packReply({ id, tasks }: Pick<Batch, 'id' | 'tasks'>, outcomes: readonly Outcome[]): Reply {
  const entries = outcomes.map((outcome, i) =>
    admits(tasks[i]) && outcome.ok ? (outcome.value as AdmittedEntry) : undefined,
  );
  const writer = new ByteWriter(entries.reduce((sum, entry) => sum + roomFor(entry), 0));
  for (const entry of entries) if (entry !== undefined) writeAdmitted(writer, entry);
  return {
    id,
    outcomes: outcomes.map((outcome, i) => (entries[i] === undefined ? outcome : undefined)),
    admitted: writer.finish(),
  };
}

/** Bytes that an entry will hardly need more than. */
function roomFor(entry: AdmittedEntry | undefined): number {
  return entry === undefined ? 0 : 1024 + entry.body.length + (entry.attestation?.length ?? 0);
}

export function unpackReply({ outcomes, admitted }: Pick<Reply, 'outcomes' | 'admitted'>): readonly Outcome[] {
  const reader = new ByteReader(admitted);
  return outcomes.map((outcome) => outcome ?? { ok: true, value: readAdmitted(reader) });
}

export function toOutcome(thrown: unknown): Outcome {
  if (thrown instanceof Deferred) return { ok: false, deferred: true };
  const refusal = isKnown(thrown) ? sent(thrown) : undefined;
  if (refusal !== undefined) return { ok: false, refusal };
  return { ok: false, bug: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
}

export function fromOutcome(outcome: Exclude<Outcome, { readonly ok: true }>): Error {
  if ('bug' in outcome) return new Error(outcome.bug);
  if ('deferred' in outcome) return new Error('a request was put off, and no other lane takes it');
  return revived(outcome.refusal);
}
