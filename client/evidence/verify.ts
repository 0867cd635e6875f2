import { equalBytes } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import { verifyConsistency } from '../../merkle/verify.ts';
import type { Opened } from '../judge.ts';
import { bearsTrusted, openTrusted, type TrustedHead, type TrustedKey } from '../trusted-keys.ts';
import type { Beginning, Fork } from './evidence.ts';

/** A log that has signed two histories. */
export interface Conviction {
  readonly kind: Fork['kind'];
  /** The key that signed both heads. */
  readonly key: TrustedKey;
  readonly heads: readonly [Checkpoint, Checkpoint];
}

/**
 * Whether the evidence convicts a log that holds one of the keys. At least one fork has to be by one of them, and all that are
 * have to hold; those by other keys say nothing here. It proves the same to everyone, whoever made it.
 */
export function verifyEvidence(
  forks: readonly Fork[],
  keys: readonly TrustedKey[],
  ecdsa: EcdsaCheck,
): Opened<{ readonly convictions: readonly Conviction[] }> {
  const claimed = forks.flatMap((fork) => {
    const key = keys.find((one) => fork.heads.some((note) => bearsTrusted(note, [one], ecdsa)));
    return key === undefined ? [] : { fork, key };
  });
  if (claimed.length === 0) return fails('none of its heads is signed by a key that is given');
  const convictions: Conviction[] = [];
  for (const { fork, key } of claimed) {
    const verdict = verifyFork(fork, key, ecdsa);
    if (!verdict.holds) return verdict;
    convictions.push(verdict);
  }
  return { holds: true, convictions };
}

/** Whether one key has signed both heads, and they contradict each other: of two logs neither can be convicted by the other. */
export function verifyFork(fork: Fork, key: TrustedKey, ecdsa: EcdsaCheck): Opened<Conviction> {
  const [first, second] = [openHead(fork, 0, key, ecdsa), openHead(fork, 1, key, ecdsa)];
  if (!first.holds) return first;
  if (!second.holds) return second;
  const heads = [first.checkpoint, second.checkpoint] as const;
  const verdict = fork.kind === 'two-roots' ? twoRoots(...heads) : otherBeginning(...heads, fork.beginning);
  return verdict.holds ? { holds: true, kind: fork.kind, key, heads } : verdict;
}

function openHead({ heads, origin }: Fork, at: 0 | 1, key: TrustedKey, ecdsa: EcdsaCheck): Opened<TrustedHead> {
  const opened = openTrusted(heads[at], [key], ecdsa);
  const name = at === 0 ? 'first' : 'second';
  if (!opened.holds) return fails(`the ${name} head does not hold: ${opened.reason}`);
  if (opened.checkpoint.origin === origin) return opened;
  return fails(`the ${name} head is one of ${opened.checkpoint.origin}, and not of ${origin}`);
}

function twoRoots(first: Checkpoint, second: Checkpoint): Verdict {
  if (first.size !== second.size)
    return fails(`the heads are of ${first.size} and ${second.size} entries: two roots are no contradiction there`);
  return equalBytes(first.root, second.root) ? fails('both heads are of the same tree') : HOLDS;
}

/**
 * RFC 9162 §2.1.4.2: only the true root of the first entries of the larger tree leads to its root by a proof, unless SHA-256
 * is broken. So the signed root of the smaller tree is not its beginning.
 */
function otherBeginning(small: Checkpoint, large: Checkpoint, { root, hashes }: Beginning): Verdict {
  if (small.size === 0 || small.size >= large.size)
    return fails(`the first head has ${small.size} entries, and the second ${large.size}: it has to have more`);
  if (equalBytes(root, small.root)) return fails('the larger tree begins with the smaller one, as it should');
  return verifyConsistency({ size: small.size, root }, large, hashes)
    ? HOLDS
    : fails('the consistency proof does not lead from the other beginning to the root of the second head');
}
