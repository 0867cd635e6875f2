import type { VerifierKey } from '../checkpoint/key.ts';
import type { LogStore } from '../storage/contract.ts';
import type { LogIdentity } from '../storage/identity.ts';
import type { HeadJournal } from '../storage/journal.ts';
import type { Witnesses } from '../witness/contract.ts';
import type { Clock } from './clock.ts';
import type { KeySigners } from './signers/shard-signer.ts';
import type { TransparencyLog } from './log.ts';
import type { PublicationMode } from './publisher.ts';
import type { RoundTimes } from './cosigning-loop.ts';
import type { SequencerLimits } from './waiting-entries.ts';

/** Identity that the log must have for these keys and settings to serve it. */
export interface Expected {
  readonly origin: string;
  readonly logId: string;
  readonly c2spKeyId: string;
}

/** The keys that a log signs with, and their public halves in PEM. */
export interface LogKeys {
  readonly signers: KeySigners;
  readonly publicKeys: { readonly rekor: string; readonly c2sp: string };
}

/** How heads are published. */
export interface Publication {
  readonly mode: PublicationMode;
  /** Undefined with mode `off`. */
  readonly witnesses: Witnesses | undefined;
  readonly times: RoundTimes;
  /** Claims of witnesses about trees of at most so many entries do not count: the operator has found them to be wrong. */
  readonly overruled: number;
  /** Called with the reason when a claim of a witness stops the log from signing. */
  readonly alarm: (sentence: string) => void;
  /** Milliseconds that a writer waits for its head to be published. */
  readonly timeoutMs: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

export interface OpenParts {
  readonly store: LogStore;
  readonly journal: HeadJournal;
  readonly expected: Expected;
  /** Undefined for a log that has ended. */
  readonly keys: LogKeys | undefined;
  /** The Ed25519 key behind a PEM, under the log's name. */
  readonly c2spKeyOf: (origin: string, pem: string) => VerifierKey;
  readonly clock: Clock;
  readonly limits: SequencerLimits;
  readonly publication: Publication;
  readonly fatal: (reason: unknown) => void;
  /** The command that tells an operator what can be done where log and journal do not fit. */
  readonly recoverCommand: string;
  /** Told of what the operator should know of while the log runs. */
  readonly warn: (sentence: string) => void;
  /** A tree id for a log that begins now: a positive int64 in decimal. */
  readonly newTreeId: () => string;
  /** For a log that begins now: the sum of the sizes of the shards before it. */
  readonly offset?: number;
}

export interface OpenedLog extends AsyncDisposable {
  readonly log: TransparencyLog;
  readonly identity: LogIdentity;
  /** Whether the log began with this start. */
  readonly created: boolean;
  /**
   * Publishes the newest head if the publication mode allows it, and begins to ask witnesses. To be called once, by a
   * server that is about to answer: opening alone changes nothing of what is published, so that an operator's command
   * and a start that is refused publish nothing that no witness has cosigned.
   */
  publish(): Promise<void>;
  /**
   * Ends the log: its last checkpoint says when. Durable once resolved; to be opened anew for what it is then.
   *
   * @param at - seconds since the Unix epoch
   * @throws Frozen, NotPublished, LogRefused
   */
  freeze(at: number): Promise<void>;
}
