import { toHex } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { judge } from '../client/judge.ts';
import { type RootHash, treeSize } from '../merkle/types.ts';
import { verifyConsistency } from '../merkle/verify.ts';
import type { ConsistencyClaims } from './claims.ts';
import { guarded, readClaims, setVerdict, stepsOf } from './dom.ts';
import { isOf, judgeCosignature, keysOf, openHead, openHeads } from './heads.ts';
import { climbDrawn, mark } from './ladder.ts';
import { hashIn } from './prover.ts';

/** Checks the newest head on the page of heads. */
export function checkHeads(): void {
  if (document.querySelector('#head-checks') === null) return;
  const [step] = stepsOf('checkpoint');
  guarded(
    () => {
      const claims = readClaims('head-claims');
      if (claims === undefined) return;
      const opened = openHeads(claims);
      if (opened.holds) setVerdict(step, 'holds', 'The key of the log has signed this size and root.');
      else setVerdict(step, 'fails', `${opened.reason}.`);
      const witnesses = readClaims('witness-claims') ?? [];
      for (const one of stepsOf('cosignature')) {
        const name = one.dataset['name'];
        if (name === undefined) continue;
        const { verdict, why } = judgeCosignature(claims.notes, name, witnesses);
        setVerdict(one, verdict, why);
      }
    },
    (reason) => setVerdict(step, 'fails', `The page has data that cannot be read: ${reason}`),
  );
}

/** Checks the proof on the page of consistency. */
export function checkConsistency(): void {
  const [[consistency], [checkpoint]] = [stepsOf('consistency'), stepsOf('checkpoint')];
  guarded(
    () => {
      const claims = readClaims('consistency-claims');
      if (claims === undefined) return;
      const grown = judge(() => growth(claims));
      setVerdict(consistency, ...told(grown, 'Your browser has led the hashes to both roots.'));
      const signed = judge(() => anchored(claims));
      setVerdict(
        checkpoint,
        ...told(signed, 'The larger root leads to the newest head, which the key of the log has signed.'),
      );
    },
    (reason) => setVerdict(consistency, 'fails', `The page has data that cannot be read: ${reason}`),
  );
}

function told(verdict: Verdict, why: string): readonly ['holds' | 'fails', string] {
  return verdict.holds ? ['holds', why] : ['fails', `${verdict.reason}.`];
}

function growth({ from, to, oldRoot, root, hashes, parents }: ConsistencyClaims): Verdict {
  const proof = hashes.map(hashIn);
  const isSubtree = parents.length === proof.length; // the old root itself is where the way begins
  const [start, siblings] = isSubtree ? [hashIn(oldRoot), proof] : [proof[0] ?? hashIn(oldRoot), proof.slice(1)];
  const { root: top, wrong } = climbDrawn({ start, siblings, parents });
  if (wrong !== undefined) return fails(`a hash is wrong: ${wrong}`);
  if (toHex(top) !== root) {
    mark(siblings.length === 0 ? 'start' : `parent-${siblings.length - 1}`, 'fails');
    return fails('the hashes lead to another root than the page says');
  }
  const [old, head] = [headOf(from, oldRoot), headOf(to, root)];
  return verifyConsistency(old, head, proof) ? HOLDS : fails('the hashes do not lead to the smaller root');
}

function anchored({ head, from, to, oldRoot, root, onward, oldNotes, notes }: ConsistencyClaims): Verdict {
  const opened = openHeads(head);
  if (!opened.holds) return opened;
  const newest = opened.heads[0]?.checkpoint;
  if (newest === undefined || !verifyConsistency(headOf(to, root), newest, onward.map(hashIn)))
    return fails('the larger root does not lead to the newest head');
  const keys = keysOf(head);
  for (const [list, size, expected] of [
    [oldNotes, from, oldRoot],
    [notes, to, root],
  ] as const) {
    for (const note of list) {
      const one = openHead(note, head, keys);
      const verdict = one.holds ? isOf(one, size, expected) : one;
      if (!verdict.holds) return verdict;
    }
  }
  return HOLDS;
}

function headOf(size: number, root: string) {
  return { size: treeSize(size), root: hashIn(root) as RootHash };
}
