import { parseHex } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { FalseAnswer, Unreachable } from '../client/http/failures.ts';
import type { LogClient } from '../client/http/log-client.ts';
import type { TrustedHead } from '../client/trusted-keys.ts';
import { nodeHash, type NodeHash, type RootHash, treeSize } from '../merkle/types.ts';
import { verifyConsistency } from '../merkle/verify.ts';
import type { ConsistencyClaims } from './claims.ts';

const BLOCK = /<script type="application\/json" id="consistency-claims">([^<]*)<\/script>/;

/** Asks the log for consistency proofs by its own page of them, which is there whatever APIs are open. @param root - address of the server */
export function proverAt(root: string, treeId: string): Pick<LogClient, 'extends' | 'consistency'> {
  const ask = async (from: number, to: number) => proofIn(await readProof(root, treeId, from, to));
  return {
    consistency: async (from, to) => {
      const { old, head, hashes } = await ask(from, to);
      if (!verifyConsistency(old, head, hashes))
        throw new FalseAnswer('the consistency proof of the log does not hold');
      return { from: old, to: head, hashes };
    },
    extends: async (old: TrustedHead, head: TrustedHead): Promise<Verdict> => {
      const { hashes } = await ask(old.checkpoint.size, head.checkpoint.size);
      return verifyConsistency(old.checkpoint, head.checkpoint, hashes)
        ? HOLDS
        : fails(
            `the log does not prove that its ${head.checkpoint.size} entries begin with the ${old.checkpoint.size} that it had`,
          );
    },
  };
}

async function readProof(root: string, treeId: string, from: number, to: number): Promise<ConsistencyClaims> {
  const answer = await fetch(`${root}consistency?from=${from}&to=${to}&tree=${treeId}`, {
    headers: { accept: 'text/html' },
  });
  if (answer.status >= 500 || answer.status === 429) throw new Unreachable('the log does not answer now');
  const [, text] = BLOCK.exec(await answer.text()) ?? [];
  if (text === undefined) throw new FalseAnswer('the log gives no consistency proof');
  return JSON.parse(text) as ConsistencyClaims;
}

/** @throws FalseAnswer for what is no proof */
function proofIn({ from, to, oldRoot, root, hashes }: ConsistencyClaims) {
  return {
    old: { size: treeSize(from), root: hashIn(oldRoot) as RootHash },
    head: { size: treeSize(to), root: hashIn(root) as RootHash },
    hashes: hashes.map(hashIn),
  };
}

/** @throws FalseAnswer */
export function hashIn(hex: string): NodeHash {
  const bytes = parseHex(hex, 32);
  if (bytes === undefined) throw new FalseAnswer('a hash of the proof is not 64 hex digits');
  return nodeHash(bytes);
}
