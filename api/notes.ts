import { toHex, utf8 } from '../base/bytes.ts';
import { fails } from '../base/verdict.ts';
import { cosignatureVerifier } from '../checkpoint/cosignature.ts';
import { parseNote } from '../checkpoint/note.ts';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { parseTlogProof } from '../checkpoint/proof/tlog-proof.ts';
import { formatNote } from '../checkpoint/note.ts';
import { logVerifier, type Verifier, verifyNote } from '../checkpoint/verify.ts';
import { parseVkey } from '../checkpoint/vkey.ts';
import { verifyCheckpoint as verifyByPolicy } from '../client/checkpoint.ts';
import { judge, type Opened } from '../client/judge.ts';
import { verifyProofFile } from '../client/proof-file.ts';
import { openTrusted, type TrustedHead } from '../client/trusted-keys.ts';
import { hashLeaf } from '../merkle/hash.ts';
import * as merkle from '../merkle/verify.ts';
import { MalformedInput } from './bytes.ts';
import { ecdsa } from './ecdsa.ts';
import { type Trust, trustedKeys } from './trust.ts';

/** A note that was opened: its text, and the names of the keys that have signed it. */
export interface OpenedNote {
  readonly text: string;
  readonly signers: readonly string[];
}

/** Whether at least one of the keys has signed a note, as c2sp.org/signed-note opens it. @param vkeys - verifier keys of logs or witnesses */
export function openNote(note: string, vkeys: string | readonly string[]): Opened<OpenedNote> {
  return judge(() => {
    const keys = (typeof vkeys === 'string' ? [vkeys] : vkeys).map((vkey) => parseVkey(vkey.trim()));
    const verifiers = keys.flatMap((key): readonly Verifier[] => {
      const verifier = key.type === COSIGNATURE ? cosignatureVerifier(key) : logVerifier(key, ecdsa);
      if (verifier === undefined)
        throw new MalformedInput(`${key.name}: signatures of type ${key.type} are not checked`);
      return [verifier];
    });
    const { text, verified } = verifyNote(parseNote(note), verifiers);
    return { holds: true, text, signers: verified.map(({ name }) => name) };
  });
}

const COSIGNATURE = 0x04;

/** The head in a checkpoint that holds. */
export interface OpenedHead {
  /** First line of the checkpoint. */
  readonly origin: string;
  readonly size: number;
  /** 64 hex digits. */
  readonly root: string;
}

/** Whether a trusted log has signed a checkpoint, of Rekor v1 or of c2sp.org/tlog-checkpoint, under the name in its origin. */
export function verifyCheckpoint(note: string, trust: Trust): Opened<OpenedHead> {
  return judge(() => {
    const opened = openTrusted(note, trustedKeys(trust), ecdsa);
    return opened.holds ? { holds: true, ...headIn(opened) } : opened;
  });
}

/** A head that enough witnesses have cosigned, and the policy's names for them. */
export interface CosignedHead extends OpenedHead {
  readonly cosigners: readonly string[];
}

/** Whether a log of a policy has signed a checkpoint, and its quorum of witnesses has cosigned it. @param policy - c2sp.org/tlog-policy */
export function verifyCosignatures(note: string, policy: string): Opened<CosignedHead> {
  return judge(() => {
    const opened = verifyByPolicy(note, parsePolicy(utf8(policy)), ecdsa);
    return opened.holds ? { holds: true, ...headIn(opened), cosigners: [...opened.cosigners] } : opened;
  });
}

/** An entry that a proof file proves. */
export interface ProvenIndex extends OpenedHead {
  readonly index: number;
  readonly cosigners: readonly string[];
}

/**
 * Whether a proof file (c2sp.org/tlog-proof) shows that a body is in a log.
 *
 * @param body - of the entry, canonical
 * @param trust - of the log alone; or `policy`, which may ask for witnesses as well
 */
export function verifyTlogProof(
  file: string,
  body: Uint8Array,
  trust: Trust & { readonly policy?: string },
): Opened<ProvenIndex> {
  return judge(() => {
    const { index, hashes, note } = parseTlogProof(file);
    if (trust.policy !== undefined) {
      const proven = verifyProofFile(file, body, parsePolicy(utf8(trust.policy)), ecdsa);
      return proven.holds ? { holds: true, index, ...headIn(proven), cosigners: [...proven.cosigners] } : proven;
    }
    const opened = openTrusted(formatNote(note), trustedKeys(trust), ecdsa);
    if (!opened.holds) return opened;
    return merkle.verifyInclusion(opened.checkpoint, index, hashLeaf(body), hashes)
      ? { holds: true, index, ...headIn(opened), cosigners: [] }
      : fails(`the entry is not at ${index} of the tree of ${opened.checkpoint.size}`);
  });
}

/** Plain values, for JSON. */
export function headIn({ checkpoint: { origin, size, root } }: Pick<TrustedHead, 'checkpoint'>): OpenedHead {
  return { origin, size, root: toHex(root) };
}
