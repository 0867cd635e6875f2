import { hashes, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { parseHex } from '../../base/bytes.ts';
import { Failure } from '../../base/failure.ts';
import { parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { parseNote } from '../../checkpoint/note.ts';
import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import { knownLogs } from '../../checkpoint/policy/policy.ts';
import { parseTlogProof } from '../../checkpoint/proof/tlog-proof.ts';
import { verifyTlogProof } from '../../checkpoint/proof/verify.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { logIndex, nodeHash } from '../../merkle/types.ts';
import { verifyInclusion } from '../../merkle/verify.ts';

/** A leaf, its proof, and the note with the tree head. Bytes are in hex: they come from another process. */
export interface Question {
  readonly note: string;
  readonly publicKey: string;
  readonly leaf: string;
  readonly index: number;
  readonly proof: readonly string[];
}

export interface Answer {
  readonly signed: boolean;
  readonly included: boolean;
}

/** A proof file, the leaf it is of, and the policy it has to meet. */
export interface ProofQuestion {
  readonly file: string;
  readonly leaf: string;
  readonly policy: string;
}

declare global {
  var check: (question: Question) => Answer;
  var checkProof: (question: ProofQuestion) => string;
}

hashes.sha512 = sha512;

/** Checks a proof and a signed checkpoint in a web page: all of it comes from the lower layers. */
globalThis.check = ({ note, publicKey, leaf, index, proof }) => {
  const { text, signatures } = parseNote(note);
  const encoder = new TextEncoder();
  const signature = signatures[0]?.signature ?? new Uint8Array();
  const path = proof.map((hash) => nodeHash(bytes(hash)));
  return {
    signed: verify(signature, encoder.encode(text), bytes(publicKey)),
    included: verifyInclusion(parseCheckpoint(text), logIndex(index), hashLeaf(encoder.encode(leaf)), path),
  };
};

/** Says who has cosigned, or the code of the failure. */
globalThis.checkProof = ({ file, leaf, policy }) => {
  const encoder = new TextEncoder();
  try {
    const trusted = parsePolicy(encoder.encode(policy));
    const hash = hashLeaf(encoder.encode(leaf));
    const { cosigners } = verifyTlogProof(parseTlogProof(file), hash, knownLogs(trusted), trusted);
    return `cosigned by ${[...cosigners].join()}`;
  } catch (error) {
    return error instanceof Failure ? String(error.code) : String(error);
  }
};

function bytes(hex: string): Uint8Array {
  return parseHex(hex, 32) ?? new Uint8Array();
}
