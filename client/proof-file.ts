import { knownLogs, type Policy } from '../checkpoint/policy/policy.ts';
import { parseTlogProof } from '../checkpoint/proof/tlog-proof.ts';
import { type Proven, verifyTlogProof } from '../checkpoint/proof/verify.ts';
import type { WireText } from '../checkpoint/text.ts';
import type { EcdsaCheck } from '../checkpoint/verify.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { judge, type Opened } from './judge.ts';

/** Whether a proof file shows that `body` is an entry of a log of the policy: c2sp.org/tlog-proof. @param body - canonical */
export function verifyProofFile(file: WireText, body: Uint8Array, policy: Policy, ecdsa?: EcdsaCheck): Opened<Proven> {
  return judge(() => {
    const proven = verifyTlogProof(parseTlogProof(file), hashLeaf(body), knownLogs(policy, ecdsa), policy);
    return { holds: true, ...proven };
  });
}
