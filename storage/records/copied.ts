import type { TreeHead } from '../../merkle/types.ts';
import type { LogIdentity } from '../identity.ts';
import type { Step } from './step.ts';

/** How far a list of steps has come: what it takes to go on behind it. */
export interface Copied {
  /** Undefined before the first step. */
  readonly identity: LogIdentity | undefined;
  readonly hasDocument: boolean;
  /** Of the newest commit. */
  readonly head: TreeHead | undefined;
  /** Entries of the largest head that awaits nothing; 0 before the first. */
  readonly published: number;
  /** Entries of the largest head that has cosignatures; 0 before the first. */
  readonly cosigned: number;
  readonly frozen: boolean;
  /** Digest, in hex, of the rows that may change or come late: the newest cosignatures, claims, heads of other logs. */
  readonly changing: string;
}

export const NOTHING_COPIED: Copied = {
  identity: undefined,
  hasDocument: false,
  head: undefined,
  published: 0,
  cosigned: 0,
  frozen: false,
  changing: '',
};

/** Returns the state behind one more step. */
export function copiedAfter(copied: Copied, step: Step): Copied {
  switch (step.op) {
    case 'create':
      return { ...copied, identity: step.identity };
    case 'document':
      return { ...copied, hasDocument: true };
    case 'commit': {
      const { size, root, awaitsCosignatures } = step.head;
      return { ...copied, head: { size, root }, published: awaitsCosignatures ? copied.published : size };
    }
    case 'cosign':
      return cosignedAfter(copied, step);
    case 'freeze':
      return { ...copied, frozen: true };
    case 'claim':
    case 'witness':
    case 'lead':
      return copied;
  }
}

function cosignedAfter(copied: Copied, { cosignatures, published }: Extract<Step, { op: 'cosign' }>): Copied {
  const cosigned = cosignatures.reduce((most, { size }) => Math.max(most, size), copied.cosigned);
  return { ...copied, cosigned, published: Math.max(copied.published, published ?? 0) };
}
