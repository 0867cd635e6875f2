import { equalBytes } from '../../base/bytes.ts';
import { Failure } from '../../base/failure.ts';
import { fails, type Refusal } from '../../base/verdict.ts';
import { emptyRoot } from '../../merkle/hash.ts';
import type { Fork } from '../evidence/evidence.ts';
import { NoLog, NotOffered, Unreachable } from '../http/failures.ts';
import type { LogClient } from '../http/log-client.ts';
import type { TrustedHead } from '../trusted-keys.ts';

/** How a head of a log stands to one that was seen before. */
export type Comparison =
  | { readonly found: 'same' }
  /** The log has grown, and begins with what it was. */
  | { readonly found: 'grown' }
  | { readonly found: 'forked'; readonly fork: Fork }
  /** The head does not follow from the other, and what the server gives does not show either that it cannot. */
  | { readonly found: 'unproved'; readonly reason: string };

type Prover = Pick<LogClient, 'extends' | 'consistency'>;

/**
 * Compares a head with an older one of the same tree, of its size or smaller. Where it does not follow from it, the log's own
 * proof of what it begins with instead makes the evidence.
 *
 * @param old - verified; no larger than `head`
 * @throws Unreachable, NoLog, NotOffered if the server does not answer
 */
export async function compareHeads(old: TrustedHead, head: TrustedHead, log: Prover): Promise<Comparison> {
  const [before, now] = [old.checkpoint, head.checkpoint];
  if (before.origin !== now.origin || before.size > now.size) throw new Error('compares a head with an older one');
  if (before.size === now.size) return equalBytes(before.root, now.root) ? { found: 'same' } : twoRoots(old, head);
  // Every tree begins with none: there is nothing to prove, and RFC 9162 has no proof of it.
  if (before.size === 0 && equalBytes(before.root, emptyRoot())) return { found: 'grown' };
  const verdict = await answered(() => log.extends(old, head));
  if (verdict.holds) return { found: 'grown' };
  return (await otherBeginning(old, head, log)) ?? { found: 'unproved', reason: verdict.reason };
}

function twoRoots(old: TrustedHead, head: TrustedHead): Comparison {
  const heads = [old.note, head.note] as const;
  return { found: 'forked', fork: { kind: 'two-roots', origin: head.checkpoint.origin, heads } };
}

/** Undefined if the server proves nothing, or a beginning that is the old tree. */
async function otherBeginning(old: TrustedHead, head: TrustedHead, log: Prover): Promise<Comparison | undefined> {
  const [before, now] = [old.checkpoint, head.checkpoint];
  const proof = await answered(async () => {
    const given = await log.consistency(before.size, now.size);
    return { holds: true as const, ...given };
  });
  // The log may have grown, and forked once more, since the head was read.
  if (!proof.holds || !equalBytes(proof.to.root, now.root) || equalBytes(proof.from.root, before.root))
    return undefined;
  const beginning = { root: proof.from.root, hashes: proof.hashes };
  const heads = [old.note, head.note] as const;
  return { found: 'forked', fork: { kind: 'other-beginning', origin: now.origin, heads, beginning } };
}

/** A server that gives a wrong answer, or refuses one about heads that it signed, proves nothing; a silent one is asked again later. */
async function answered<Answer>(ask: () => Promise<Answer>): Promise<Answer | Refusal> {
  try {
    return await ask();
  } catch (error) {
    const isSilent = [Unreachable, NoLog, NotOffered].some((Silent) => error instanceof Silent);
    if (!(error instanceof Failure) || isSilent) throw error;
    return fails(error.message);
  }
}
