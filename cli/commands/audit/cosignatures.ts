import { Failure } from '../../../base/failure.ts';
import { parseNote } from '../../../checkpoint/note.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { cosigners, hasQuorum, type Policy } from '../../../checkpoint/policy/policy.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import { named, readInput } from '../../files/input.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';

/** @throws UsageFault */
export function readPolicy(file: string): Policy {
  const what = `--policy ${file}`;
  return named(what, () => parsePolicy(readInput(file, what)));
}

/**
 * Checks every cosignature by a witness of the policy, and that there are as many as it asks for.
 *
 * @returns names of the witnesses, in the policy
 * @throws CheckFailed
 */
export function checkCosignatures(policy: Policy, { note, checkpoint }: TrustedHead): readonly string[] {
  const names = cosignersOf(policy, note);
  if (hasQuorum(policy, names)) return [...names];
  const seen = names.size === 0 ? 'no witness of it has' : `only ${[...names].join(' and ')} have`;
  throw new CheckFailed(`the head of ${checkpoint.size} entries has not the quorum of the policy: ${seen} cosigned it`);
}

/** @throws CheckFailed for a signature that a witness of the policy has not made */
function cosignersOf(policy: Policy, note: string): ReadonlySet<string> {
  try {
    return cosigners(policy, parseNote(note));
  } catch (error) {
    if (error instanceof Failure) throw new CheckFailed(`a cosignature of the head does not hold: ${error.message}`);
    throw error;
  }
}
