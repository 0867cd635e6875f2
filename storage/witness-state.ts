import type { TreeHead } from '../merkle/types.ts';
import type { JournalHolders } from './journal.ts';

/** The newest head of another log that our witness has cosigned. */
export interface WitnessedHead extends TreeHead {
  readonly origin: string;
  /** Seconds since the Unix epoch: when it was cosigned. */
  readonly at: number;
  /** The note with that log's signatures and our cosignature. */
  readonly note: string;
}

/** The memory of our own witness: one head a log. To forget it is to let that log fork. */
export interface WitnessState extends JournalHolders {
  witnessed(): Promise<readonly WitnessedHead[]>;
  /** Durable once resolved. @param size - of the head that it replaces; undefined for the first. @throws StaleWitness if that is not so */
  witness(head: WitnessedHead, size: number | undefined): Promise<void>;
}
