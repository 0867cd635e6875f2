import { fails } from '../base/verdict.ts';
import { type Checkpoint, parseCheckpoint } from '../checkpoint/checkpoint.ts';
import { parseNote } from '../checkpoint/note.ts';
import { knownLogs, type Policy } from '../checkpoint/policy/policy.ts';
import { type Proven, verifyCosigned } from '../checkpoint/proof/verify.ts';
import type { WireText } from '../checkpoint/text.ts';
import { type EcdsaCheck, type Verifier, verifyNote } from '../checkpoint/verify.ts';
import { judge, type Opened } from './judge.ts';

export type OpenedCheckpoint = Opened<{ readonly checkpoint: Checkpoint }>;

/** Opens a checkpoint that `log` has signed, and whose origin is the name of the key: c2sp.org/tlog-checkpoint. */
export function openCheckpoint(note: WireText, log: Verifier): OpenedCheckpoint {
  return openSigned(note, log, (origin) => origin === log.name);
}

/** As `openCheckpoint`, for Rekor v1, where the origin is the name and a tree id: rekor-v1 §8. */
export function openRekorCheckpoint(note: WireText, log: Verifier): OpenedCheckpoint {
  const isTree = (id: string): boolean => /^[1-9]\d*$/.test(id);
  const start = `${log.name} - `;
  return openSigned(note, log, (origin) => origin.startsWith(start) && isTree(origin.slice(start.length)));
}

function openSigned(note: WireText, log: Verifier, isOwn: (origin: string) => boolean): OpenedCheckpoint {
  return judge(() => {
    const checkpoint = parseCheckpoint(verifyNote(parseNote(note), [log]).text);
    return isOwn(checkpoint.origin) ? { holds: true, checkpoint } : fails(`it is that of ${checkpoint.origin}`);
  });
}

/**
 * Whether a log of the policy has signed the checkpoint, and enough of its witnesses have cosigned it.
 *
 * @param ecdsa - without it no log with an ECDSA key is trusted
 */
export function verifyCheckpoint(note: WireText, policy: Policy, ecdsa?: EcdsaCheck): Opened<Proven> {
  return judge(() => ({ holds: true, ...verifyCosigned(parseNote(note), knownLogs(policy, ecdsa), policy) }));
}
