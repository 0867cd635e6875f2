import type { VerifierKey } from '../key.ts';
import type { SignedNote } from '../note.ts';
import { type EcdsaCheck, type KnownLogs, type Verifier, checkSignatures, isBy, logVerifier } from '../verify.ts';

/** Which logs are trusted, and whose cosignatures make a checkpoint valid: c2sp.org/tlog-policy. */
export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** In the order of the file: members stand before the groups that they are in. */
  readonly groups: readonly PolicyGroup[];
  /** A witness or a group. Undefined when no cosignature is needed: `quorum none`. */
  readonly quorum: string | undefined;
}

/** A log that is trusted. */
export interface PolicyLog {
  /** Its name is the log's origin. */
  readonly key: VerifierKey;
  readonly url: string | undefined;
}

/** A known witness. The quorum need not include it. */
export interface PolicyWitness {
  /** Within the policy. The name in its signature lines is its key's. */
  readonly name: string;
  readonly key: VerifierKey;
  /**
   * Undefined for keys whose signatures this program cannot check (ML-DSA-44): their witnesses count as not having
   * cosigned.
   */
  readonly verifier: Verifier | undefined;
  /** The submission prefix. */
  readonly url: string | undefined;
}

/** Has cosigned when `threshold` of its members have. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
}

/** Whether these cosignatures are enough. @param cosigned - names of witnesses; other names count for nothing */
export function hasQuorum({ witnesses, groups, quorum }: Policy, cosigned: ReadonlySet<string>): boolean {
  const met = new Set(witnesses.map(({ name }) => name).filter((name) => cosigned.has(name)));
  for (const { name, threshold, members } of groups) {
    if (members.filter((member) => met.has(member)).length >= threshold) met.add(name);
  }
  return quorum === undefined || met.has(quorum);
}

/** Names of the witnesses whose cosignatures the note bears. @throws BadSignature for a line that is not theirs */
export function cosigners({ witnesses }: Policy, note: SignedNote): ReadonlySet<string> {
  const verifiers = witnesses.flatMap(({ verifier }) => verifier ?? []);
  const { verified } = checkSignatures(note, verifiers);
  const names = witnesses.flatMap(({ name, verifier }) =>
    verifier !== undefined && verified.some((signature) => isBy(signature, verifier)) ? name : [],
  );
  return new Set(names);
}

/** The keys that may sign for each origin. A log whose keys cannot be checked here is known, and never verified. */
export function knownLogs({ logs }: Policy, ecdsa?: EcdsaCheck): KnownLogs {
  const known = new Map<string, readonly Verifier[]>();
  for (const { key } of logs) {
    const verifier = logVerifier(key, ecdsa);
    known.set(key.name, [...(known.get(key.name) ?? []), ...(verifier === undefined ? [] : [verifier])]);
  }
  return known;
}
