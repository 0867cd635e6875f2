import { utf8 } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { judge } from '../client/judge.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { logIndex, type RootHash, type TreeHead, treeSize } from '../merkle/types.ts';
import * as merkle from '../merkle/verify.ts';
import { type Bytes, countOf, hashOf, leafHashOf, MalformedInput } from './bytes.ts';

/** Size and root of a tree. They prove nothing unless a log that is trusted has signed them. */
export interface Head {
  readonly size: number;
  readonly root: Bytes;
}

/** A claim that a leaf is in a tree. */
export interface InclusionClaim extends Head {
  readonly index: number;
  /** From the sibling of the leaf upward. */
  readonly hashes: readonly Bytes[];
  /** The leaf itself, as bytes or as text; or `leafHash` in its place. */
  readonly body?: Uint8Array | string;
  readonly leafHash?: Bytes;
}

/** Whether a leaf is at `index` of the tree under a root: RFC 9162 §2.1.3.2. */
export function verifyInclusion({ body, leafHash, index, hashes, ...head }: InclusionClaim): Verdict {
  return judge(() => {
    if (leafHash === undefined && body === undefined) throw new MalformedInput('neither body nor leafHash is there');
    const leaf = leafHash === undefined ? hashLeaf(bytesOf(body ?? '')) : leafHashOf(leafHash);
    const proof = hashes.map((hash, i) => hashOf(hash, `hashes.${i}`));
    return merkle.verifyInclusion(headOf(head, ''), logIndex(countOf(index, 'index')), leaf, proof)
      ? HOLDS
      : fails('the inclusion proof does not lead from the leaf to the root');
  });
}

/** A claim that one tree begins with another. */
export interface ConsistencyClaim {
  readonly from: Head;
  readonly to: Head;
  readonly hashes: readonly Bytes[];
}

/** Whether the tree under `to` is the one under `from` with leaves appended: RFC 9162 §2.1.4.2. An empty tree is refused. */
export function verifyConsistency({ from, to, hashes }: ConsistencyClaim): Verdict {
  return judge(() => {
    const [old, head] = [headOf(from, 'from.'), headOf(to, 'to.')];
    if (old.size === 0) throw new MalformedInput('from.size is 0: nothing is proved about an empty tree');
    const proof = hashes.map((hash, i) => hashOf(hash, `hashes.${i}`));
    return merkle.verifyConsistency(old, head, proof)
      ? HOLDS
      : fails(`the tree of ${head.size} is not shown to begin with the tree of ${old.size}`);
  });
}

function headOf({ size, root }: Head, path: string): TreeHead {
  return { size: treeSize(countOf(size, `${path}size`)), root: hashOf(root, `${path}root`) as RootHash };
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === 'string' ? utf8(body) : body;
}
