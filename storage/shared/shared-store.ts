import { equalBytes } from '../../base/bytes.ts';
import { emptyRoot } from '../../merkle/hash.ts';
import type { TreeHead } from '../../merkle/types.ts';
import type { OpenStore } from '../engine.ts';
import type { SequencedEntry } from '../entries.ts';
import { StaleCommit, StaleWitness } from '../failures.ts';
import type { Commit } from '../heads.ts';
import type { CommitStep, RecordedEntry, Step } from '../records/step.ts';

/** Takes a step into a list that others read, and then has it applied. */
export interface StepWriter {
  write(step: Step, apply: () => Promise<void>): Promise<void>;
}

/**
 * A store whose writes are appended to a list of records before they are made: with it a log that leads others is written like any other.
 * Reads, and writes that are no part of the log, are the local store's.
 *
 * @param writer - called for each write: undefined while this machine does not lead
 */
export function sharedStore(local: OpenStore, writer: () => StepWriter | undefined): OpenStore {
  const write = async (step: Step, apply: () => Promise<void>): Promise<void> => {
    const leading = writer();
    if (leading === undefined) throw new Error('a machine that follows writes nothing of its own');
    await leading.write(step, () => known(apply));
  };
  return {
    ...local,
    create: refuse,
    keepKeys: refuse,
    commit: async (commit) => {
      await requireNewest(local, commit.after);
      return write(commitStep(commit), () => local.commit(commit));
    },
    cosign: (cosignatures, published) =>
      write({ op: 'cosign', cosignatures, published }, () => local.cosign(cosignatures, published)),
    keepClaim: (claim) => write({ op: 'claim', claim }, () => local.keepClaim(claim)),
    freeze: (freeze) => write({ op: 'freeze', freeze }, () => local.freeze(freeze)),
    witness: async (head, size) => {
      await requireWitnessed(local, head.origin, size);
      return write({ op: 'witness', head }, () => local.witness(head, size));
    },
  };
}

/** A record that the local store would refuse must not come into the list: nobody could take it. @throws StaleCommit */
async function requireNewest(local: OpenStore, after: TreeHead): Promise<void> {
  const { size, root } = (await local.head()) ?? { size: 0, root: emptyRoot() };
  if (size !== after.size || !equalBytes(root, after.root))
    throw new StaleCommit(`the log has ${size} entries, and the commit stands on ${after.size} or on another tree`);
}

/** @throws StaleWitness */
async function requireWitnessed(local: OpenStore, origin: string, size: number | undefined): Promise<void> {
  const cosigned = (await local.witnessed()).find((head) => head.origin === origin);
  if (cosigned?.size !== size)
    throw new StaleWitness(`our witness has cosigned ${cosigned?.size ?? 0} entries of ${origin}, not ${size ?? 0}`);
}

/** The list has the step: that the local disk had no room for it must not be told as if nothing had been written. */
async function known(apply: () => Promise<void>): Promise<void> {
  try {
    await apply();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the shared log has a record that could not be written here: ${reason}`, { cause });
  }
}

const refuse = async (): Promise<never> => {
  throw new Error('the identity of a shared log is its first record');
};

function commitStep({ entries, head }: Commit): CommitStep {
  return { op: 'commit', entries: entries.map(recorded), head };
}

function recorded({
  integratedTime,
  body,
  signedEntryTimestamp,
  searchKeys,
  attestation,
}: SequencedEntry): RecordedEntry {
  const entry = { integratedTime, body, signedEntryTimestamp, searchKeys: searchKeys.packed };
  return attestation === undefined ? entry : { ...entry, attestation };
}
